import { estimateBytes } from '@cultus/core/sizing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

const row = (index: number) => ({
  id: index,
  name: `name of row ${index}`,
  score: index + 0.5,
  tags: [`tag ${index}`, `label ${index}`],
})

const isSize = (bytes: number): boolean => Number.isSafeInteger(bytes) && bytes >= 8

const anything = fc.anything({
  withBigInt: true,
  withBoxedValues: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withObjectString: true,
  withSet: true,
  withSparseArray: true,
  withTypedArray: true,
})

/** Values that do what they can to make a reader fail. */
const hostile = fc.constantFrom<() => unknown>(
  () => new Proxy({}, failing(['ownKeys'])),
  () => new Proxy({ a: 1 }, failing(['getOwnPropertyDescriptor'])),
  () => new Proxy({}, failing(['getPrototypeOf'])),
  () => new Proxy([1, {}, 'a'], failing(['get'])),
  () =>
    new Proxy(
      Array.from({ length: 100 }, () => ({})),
      failing(['get']),
    ),
  () => new Proxy([], { get: () => Number.NaN }),
  () => new Proxy([], { get: () => 2 ** 53 }),
  () => new Proxy([], { get: () => -1 }),
  () => Proxy.revocable({}, {}).proxy,
  () => revoked(),
  () => Object.create(Map.prototype),
  () => Object.create(RegExp.prototype),
  () => new Proxy(new Map([[1, 2]]), {}),
  () => ({ [Symbol.toStringTag]: 'Map' }),
  () => Object.assign(Object.create({}), { [Symbol.toStringTag]: 'Date' }),
  () => Object.defineProperty(new Map(), 'size', { get: fail }),
  () => Object.defineProperty({}, 'a', { get: fail, enumerable: true }),
  () => structuredClone(new Uint8Array(8), { transfer: [] }),
  () => Object.assign(() => undefined, { a: 1 }),
)

function fail(): never {
  throw new Error('not to be read')
}

function failing(traps: readonly (keyof ProxyHandler<object>)[]): ProxyHandler<never> {
  return Object.fromEntries(traps.map((trap) => [trap, fail]))
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

describe('any value', () => {
  test('has a whole, finite size of at least 8, and always the same', () => {
    fc.assert(
      fc.property(anything, (value) => {
        const bytes = estimateBytes(value)
        expect(isSize(bytes)).toBe(true)
        expect(estimateBytes(value)).toBe(bytes)
      }),
      { numRuns: 2_000 },
    )
  }, 30_000)

  test('has one on the smallest budget too, and with hostile parts and cycles', () => {
    const part = fc.oneof(
      anything.map((value) => () => value),
      hostile,
    )
    fc.assert(
      fc.property(fc.array(part), fc.nat(20), (makers, nodes) => {
        const parts = makers.map((make) => make())
        const map = new Map(parts.map((each) => [each, each]))
        const whole: Record<string, unknown> = { parts, map }
        whole['self'] = whole
        parts.push(whole)
        expect(isSize(estimateBytes(whole))).toBe(true)
        expect(isSize(estimateBytes(whole, { nodes: nodes + 1 }))).toBe(true)
        for (const each of parts) expect(isSize(estimateBytes(each))).toBe(true)
      }),
      { numRuns: 1_000 },
    )
  }, 30_000)

  test('grows with what it holds', () => {
    fc.assert(
      fc.property(fc.nat(5_000), fc.nat(5_000), fc.constantFrom('x', 'ж'), (a, b, character) => {
        const [short, long] = [Math.min(a, b), Math.max(a, b)].map((length) =>
          character.repeat(length),
        )
        expect(estimateBytes(long)).toBeGreaterThanOrEqual(estimateBytes(short))
        expect(estimateBytes({ text: long })).toBeGreaterThanOrEqual(estimateBytes({ text: short }))
      }),
    )
    fc.assert(
      fc.property(fc.nat(3_000), fc.integer({ min: 1, max: 500 }), (length, more) => {
        const numbers = Array.from({ length: length + more }, (_, at) => at)
        const fewer = estimateBytes(numbers.slice(0, length))
        expect(estimateBytes(numbers)).toBeGreaterThanOrEqual(fewer)
        expect(estimateBytes(new Set(numbers))).toBeGreaterThanOrEqual(
          estimateBytes(new Set(numbers.slice(0, length))),
        )
      }),
      { numRuns: 200 },
    )
  }, 20_000)

  test.each([0, -1, Number.NaN, '512'])('is not looked at with a budget of %s', (nodes) => {
    expect(() => estimateBytes({}, { nodes: nodes as number })).toThrow(
      expect.objectContaining({ code: 'CULTUS_INVALID_OPTION' }),
    )
  })
})

describe('bounded work', () => {
  /** An object that notes that it was looked at. */
  const watched = (note: () => void): object =>
    new Proxy(
      { id: 1 },
      {
        ownKeys(target) {
          note()
          return Reflect.ownKeys(target)
        },
      },
    )

  test('no more objects are looked at than the budget allows, however they are nested', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 60 }),
        fc.constantFrom('array', 'map', 'set', 'record'),
        (nodes, width, kind) => {
          let looks = 0
          const leaf = (): object => watched(() => (looks += 1))
          const inner = (): unknown => Array.from({ length: width }, leaf)
          const outer = Array.from({ length: width }, inner)
          const value = {
            array: () => outer,
            map: () => new Map(outer.map((each, at) => [at, each])),
            set: () => new Set(outer),
            record: () => Object.fromEntries(outer.map((each, at) => [`name${at}`, each])),
          }[kind]()
          estimateBytes(value, { nodes })
          expect(looks).toBeLessThanOrEqual(nodes)
        },
      ),
      { numRuns: 200 },
    )
  }, 60_000)

  test('of a million rows some are looked at', () => {
    let looks = 0
    const rows = Array.from({ length: 1_000_000 }, () => row(1))
    rows.fill(watched(() => (looks += 1)) as ReturnType<typeof row>, 500_000)
    expect(estimateBytes(rows)).toBeGreaterThan(8_000_000)
    expect(looks).toBeLessThanOrEqual(64)
  })

  test('an exhausted budget extrapolates instead of forgetting', () => {
    const wide = Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`key${at}`, row(at)]))
    const whole = estimateBytes(wide, { nodes: 10_000 })
    expect(estimateBytes(wide, { nodes: 40 }) / whole).toBeGreaterThan(0.5)
    expect(estimateBytes(wide, { nodes: 40 }) / whole).toBeLessThan(2)
  })

  test('a structure deeper than any stack ends', () => {
    let deep: unknown = null
    for (let depth = 0; depth < 100_000; depth++) deep = { deep }
    expect(isSize(estimateBytes(deep))).toBe(true)
    expect(isSize(estimateBytes(deep, { nodes: 1_000_000 }))).toBe(true)
  })
})

describe('getters', () => {
  /** A row with a getter that notes that it was run. */
  const lazy = (note: () => void): object => ({
    id: 1,
    get loaded() {
      note()
      return 'x'.repeat(1_000_000)
    },
  })

  test('are not run, alone or in rows or wide records', () => {
    let runs = 0
    const note = (): void => {
      runs += 1
    }
    class Model {
      get related(): string {
        note()
        return ''
      }
    }
    const rows = Array.from({ length: 100 }, () => lazy(note))
    const wide = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`name${at}`, at]))
    Object.defineProperty(wide, 'late', { get: note, enumerable: true })
    for (const value of [lazy(note), rows, new Map([[1, rows]]), wide, new Model()])
      expect(estimateBytes(value)).toBeLessThan(100_000)
    expect(runs).toBe(0)
  })

  test('of an error leave its stack unrendered', () => {
    const error = new Error('failed', { cause: row(1) })
    let rendered = 0
    const { prepareStackTrace } = Error
    Error.prepareStackTrace = () => (rendered += 1)
    expect(estimateBytes(error)).toBeGreaterThan(estimateBytes(new Error('failed')))
    expect(rendered).toBe(0)
    Error.prepareStackTrace = prepareStackTrace
  })
})

describe('shared structure', () => {
  test('a cycle ends, and counts once', () => {
    const one: { self?: unknown; name: string } = { name: 'one' }
    one.self = one
    expect(estimateBytes(one)).toBeLessThan(120)
  })

  test('an object that occurs twice counts once', () => {
    const shared = { text: 'x'.repeat(10_000) }
    expect(estimateBytes([shared, shared])).toBeLessThan(11_000)
    expect(estimateBytes({ a: shared, b: { again: shared } })).toBeLessThan(11_000)
  })

  test('what the rows of a long array share counts about once', () => {
    const author = { biography: 'x'.repeat(10_000) }
    const rows = Array.from({ length: 500 }, (_, id) => ({ id, author }))
    expect(estimateBytes(rows)).toBeGreaterThan(10_000 + 500 * 40)
    expect(estimateBytes(rows)).toBeLessThan(10_000 + 500 * 60)
  })

  test('a buffer behind several views counts once, and a part of one counts it whole', () => {
    const slab = new Uint8Array(100_000)
    const parts = Array.from({ length: 5 }, (_, at) => slab.subarray(100 * at, 100 * at + 100))
    expect(estimateBytes(parts)).toBeGreaterThan(100_000)
    expect(estimateBytes(parts)).toBeLessThan(102_000)
  })
})

test('unlike rows are told from like ones: few large among many small are not overlooked', () => {
  const rows = Array.from({ length: 400 }, (_, at) => ({
    at,
    text: (at % 4 === 0 ? 'long '.repeat(100) : 'short') + at,
  }))
  const whole = rows.reduce((sum, each) => sum + 8 + estimateBytes(each), 48)
  expect(estimateBytes(rows) / whole).toBeGreaterThan(0.9)
  expect(estimateBytes(rows) / whole).toBeLessThan(1.3)
})
