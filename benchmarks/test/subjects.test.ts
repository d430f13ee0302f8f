import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { simulatorNamed } from '../src/policies/simulators/named.ts'
import { moduleSubject } from '../src/policies/subjects/module.ts'
import { subjectNamed } from '../src/policies/subjects/named.ts'
import { productPolicies } from '../src/policies/subjects/product.ts'
import { rivalNames } from '../src/policies/subjects/rivals.ts'
import { settingOf, traceOf } from './setting.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cultus-subjects-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function moduleOf(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const asked = fc.array(fc.nat(15), { minLength: 1, maxLength: 120, size: 'max' })
const sizesUpTo = (most: number): fc.Arbitrary<number[]> =>
  fc.array(fc.integer({ min: 1, max: most }), { minLength: 16, maxLength: 16 })

describe('BoundedCache with lru', () => {
  const textsOf = (keys: 'number' | 'string'): readonly string[] | undefined =>
    keys === 'number' ? undefined : Array.from({ length: 16 }, (_, key) => `key ${key * key}`)

  for (const keys of ['number', 'string'] as const) {
    test(`gives the answers of the simulator by entries, keys as ${keys}s`, async () => {
      const subject = await subjectNamed('lru')
      fc.assert(
        fc.property(asked, fc.integer({ min: 1, max: 16 }), (requests, capacity) => {
          const texts = textsOf(keys)
          const setting = settingOf(traceOf([...requests, 15]), capacity, {
            ...(texts && { texts }),
          })
          const cache = subject.make(setting)
          const simulator = simulatorNamed('lru', setting)
          for (const key of requests) expect(cache.access(key)).toBe(simulator.access(key))
          cache.dispose?.()
        }),
        { numRuns: 60 },
      )
    }, 20_000)

    test(`gives the answers of the simulator by bytes, keys as ${keys}s`, async () => {
      const subject = await subjectNamed('lru')
      fc.assert(
        fc.property(
          asked,
          sizesUpTo(5_000),
          fc.integer({ min: 1, max: 30_000 }),
          (requests, sizes, capacity) => {
            const texts = textsOf(keys)
            const trace = traceOf([...requests, 15], sizes)
            const setting = settingOf(trace, capacity, { ...(texts && { texts }) })
            const cache = subject.make(setting)
            const simulator = simulatorNamed('lru', setting)
            for (const key of requests) expect(cache.access(key)).toBe(simulator.access(key))
            cache.dispose?.()
          },
        ),
        { numRuns: 60 },
      )
    }, 20_000)
  }

  test('refuses sizes so far apart that they cannot be charged exactly', async () => {
    const subject = await subjectNamed('lru')
    const setting = settingOf(traceOf([0, 1], [1, 2 ** 39]), 2 ** 40)
    expect(() => subject.make(setting)).toThrow('`sizes` must lie closer together')
  })
})

describe('lru-cache', () => {
  test('gives the answers of the simulator, by entries and by bytes', async () => {
    const subject = await subjectNamed('lru-cache')
    expect(subject.what).toMatch(/^`lru-cache` \d+\.\d+\.\d+$/)
    fc.assert(
      fc.property(
        asked,
        sizesUpTo(9),
        fc.integer({ min: 1, max: 60 }),
        (requests, sizes, capacity) => {
          for (const weights of [undefined, sizes]) {
            const setting = settingOf(traceOf([...requests, 15], weights), capacity)
            const cache = subject.make(setting)
            const simulator = simulatorNamed('lru', setting)
            for (const key of requests) expect(cache.access(key)).toBe(simulator.access(key))
          }
        },
      ),
      { numRuns: 60 },
    )
  }, 20_000)
})

describe('every installed rival', () => {
  for (const name of rivalNames) {
    test(`${name} hits what it was just given, or is said not to be installed`, async () => {
      const subject = await subjectNamed(name).catch((error: Error) => error)
      if (subject instanceof Error) {
        expect(subject.message).toBe(
          `\`policies\` must name what is installed, got "${name}", which is not`,
        )
        return
      }
      const cache = subject.make(settingOf(traceOf([0, 1, 2]), 10))
      expect([0, 0, 1, 0, 1].map((key) => cache.access(key))).toEqual([
        false,
        true,
        false,
        true,
        true,
      ])
      cache.dispose?.()
    })
  }
})

describe('names', () => {
  test('stand for the product where it has such a policy, with sim: for a simulator', async () => {
    expect(productPolicies()).toContain('lru')
    expect((await subjectNamed('lru')).what).toContain('BoundedCache')
    expect((await subjectNamed('sim:lru')).what).toBe('simulated')
    expect((await subjectNamed('arc')).what).toBe('simulated')
  })

  test('are refused with a list of what there is', async () => {
    for (const name of ['nonsense', 'sim:nonsense', 'toString', 'sim:lru-cache']) {
      await expect(subjectNamed(name)).rejects.toThrow(
        /^`policies` must name any of .*lru-cache.*sim:s3-fifo.*, got /,
      )
    }
  })
})

describe("a cache of the user's own", () => {
  const map = `export default ({ maxEntries, maxBytes }) => {
    const map = new Map()
    return {
      get: (key) => map.get(key),
      set(key, value, { bytes, cost }) {
        if (map.size >= (maxEntries ?? maxBytes)) map.delete(map.keys().next().value)
        map.set(key, { bytes, cost })
      },
    }
  }`

  test('is measured under the name of its file', async () => {
    const subject = await moduleSubject(moduleOf('mine.mjs', map))
    expect(subject).toMatchObject({ name: 'mine', weighs: true })
    const requests = [0, 1, 2, 0, 0]
    const setting = settingOf(traceOf(requests), 2)
    const [cache, fifo] = [subject.make(setting), simulatorNamed('fifo', setting)]
    expect(requests.map((key) => cache.access(key))).toEqual(
      requests.map((key) => fifo.access(key)),
    )
  })

  const wrong = [
    ['none.mjs', 'export const cache = 1', '`subject` must export a function by default'],
    ['fails.mjs', 'throw new Error("no luck")', /^`subject` must be a module .*no luck/],
  ] as const
  for (const [name, text, message] of wrong) {
    test(`is refused as ${name}`, async () => {
      await expect(moduleSubject(moduleOf(name, text))).rejects.toThrow(message)
    })
  }

  test('is refused where it makes no cache, or a cache of promises', async () => {
    const setting = settingOf(traceOf([0]), 1)
    const empty = await moduleSubject(moduleOf('empty.mjs', 'export default () => ({})'))
    expect(() => empty.make(setting)).toThrow('`subject` must make a cache with `get` and `set`')
    const text = 'export default () => ({ get: async () => 1, set() {} })'
    const later = (await moduleSubject(moduleOf('later.mjs', text))).make(setting)
    expect(() => later.access(0)).toThrow('`get` of a subject must return the value itself')
  })
})
