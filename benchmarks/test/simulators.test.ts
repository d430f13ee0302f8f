import fc from 'fast-check'
import { LRUCache } from 'lru-cache'
import { describe, expect, test } from 'vitest'
import { KeyHeap } from '../src/policies/simulators/key-heap.ts'
import { simulatorNamed, simulatorNames, weighs } from '../src/policies/simulators/named.ts'
import type { Setting, Simulator } from '../src/policies/simulators/simulator.ts'
import { never, nextUses } from '../src/policies/trace.ts'
import {
  mostHits,
  naiveArc,
  naiveClock,
  naiveGdsf,
  naiveS3Fifo,
  naiveSieve,
} from './naive-caches.ts'
import { settingOf, traceOf } from './setting.ts'

const timeout = 20_000
const keys = 24
const requests = fc.array(fc.nat(keys - 1), { minLength: 1, maxLength: 300, size: 'max' })
const weightsOf = (max: number) =>
  fc.array(fc.integer({ min: 1, max }), { minLength: keys, maxLength: keys })

/** Two simulators must give the same answer to every request. */
function agree(setting: Setting, asked: readonly number[], one: Simulator, other: Simulator): void {
  for (const [index, key] of asked.entries()) {
    const expected = other.access(key)
    if (one.access(key) !== expected) {
      throw new Error(`request ${index} for key ${key} at ${setting.capacity}: not ${expected}`)
    }
  }
}

function sameAs(name: Parameters<typeof simulatorNamed>[0], make: (setting: Setting) => Simulator) {
  const property = (sizes: fc.Arbitrary<number[]>, most: number) =>
    fc.property(requests, sizes, fc.integer({ min: 1, max: most }), (asked, weights, capacity) => {
      const all = [...asked, keys - 1]
      const setting = settingOf(traceOf(all, weights), capacity)
      agree(setting, all, simulatorNamed(name, setting), make(setting))
    })
  fc.assert(property(weightsOf(1), keys), { numRuns: 150 })
  fc.assert(property(weightsOf(6), 60), { numRuns: 150 })
}

test('lru gives the answers of lru-cache, by entries and by bytes', { timeout }, () => {
  sameAs('lru', ({ capacity, weights }) => {
    const cache = new LRUCache<number, number>({ maxSize: capacity })
    return {
      access(key) {
        if (cache.get(key) !== undefined) return true
        cache.set(key, key, { size: weights[key] ?? 1 })
        return false
      },
    }
  })
})

test('fifo gives the answers of a queue', { timeout }, () => {
  sameAs('fifo', ({ capacity, weights }) => {
    const queue: number[] = []
    const weigh = () => queue.reduce((sum, key) => sum + (weights[key] ?? 0), 0)
    return {
      access(key) {
        if (queue.includes(key)) return true
        if ((weights[key] ?? 0) > capacity) return false
        while (weigh() + (weights[key] ?? 0) > capacity) queue.shift()
        queue.push(key)
        return false
      },
    }
  })
})

test('clock gives the answers of an array', { timeout }, () => sameAs('clock', naiveClock))

test('sieve gives the answers of an array', { timeout }, () => {
  sameAs('sieve', (setting) => naiveSieve(setting, 1))
  sameAs('sieve-3', (setting) => naiveSieve(setting, 3))
})

test('s3-fifo gives the answers of three arrays', { timeout }, () => {
  sameAs('s3-fifo', naiveS3Fifo)
})

test('arc gives the answers of its paper by the letter', { timeout }, () => {
  fc.assert(
    fc.property(requests, fc.integer({ min: 1, max: 12 }), (asked, capacity) => {
      const all = [...asked, keys - 1]
      const setting = settingOf(traceOf(all), capacity)
      agree(setting, all, simulatorNamed('arc', setting), naiveArc(setting))
    }),
    { numRuns: 500 },
  )
})

test('gdsf evicts what is worth the least of all, where no two are worth the same', {
  timeout,
}, () => {
  // Distinct costs of no common measure keep ties, which either may break as it likes, from coming up.
  const costs = Float64Array.from({ length: keys }, (_, key) => Math.sqrt(key + 2) + key * 1e-3)
  fc.assert(
    fc.property(
      requests,
      weightsOf(6),
      fc.integer({ min: 1, max: 60 }),
      (asked, sizes, capacity) => {
        const all = [...asked, keys - 1]
        const setting = settingOf(traceOf(all, sizes), capacity, { costs })
        agree(setting, all, simulatorNamed('gdsf', setting), naiveGdsf(setting))
      },
    ),
    { numRuns: 200 },
  )
})

test('opt hits as often as the best of all choices', { timeout }, () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(5), { minLength: 1, maxLength: 12, size: 'max' }),
      fc.integer({ min: 1, max: 4 }),
      (asked, capacity) => {
        const setting = settingOf(traceOf(asked), capacity)
        const opt = simulatorNamed('opt', setting)
        const hits = asked.filter((key) => opt.access(key)).length
        expect(hits).toBe(mostHits(asked, capacity))
      },
    ),
    { numRuns: 300 },
  )
})

describe('every simulator', () => {
  for (const name of simulatorNames) {
    test(`${name} never hits more often than opt, nor what was never requested`, {
      timeout,
    }, () => {
      fc.assert(
        fc.property(requests, fc.integer({ min: 1, max: keys }), (asked, capacity) => {
          const setting = settingOf(traceOf(asked), capacity)
          const simulator = simulatorNamed(name, setting)
          const seen = new Set<number>()
          let hits = 0
          for (const key of asked) {
            const hit = simulator.access(key)
            if (hit && !seen.has(key)) throw new Error(`${key} was there before it came`)
            seen.add(key)
            if (hit) hits += 1
          }
          const opt = simulatorNamed('opt', setting)
          expect(hits).toBeLessThanOrEqual(asked.filter((key) => opt.access(key)).length)
        }),
        { numRuns: 100 },
      )
    })

    test(`${name} hits every repeated request where everything fits`, () => {
      const asked = Array.from({ length: 400 }, (_, index) => (index * index) % 17)
      const renumbered = [...new Set(asked)]
      const all = asked.map((key) => renumbered.indexOf(key))
      const setting = settingOf(traceOf(all), 1_000)
      const simulator = simulatorNamed(name, setting)
      const hits = all.filter((key) => simulator.access(key)).length
      expect(hits).toBe(all.length - renumbered.length)
    })

    if (!weighs(name)) continue
    test(`${name} takes in nothing that is larger than the cache`, () => {
      const setting = settingOf(traceOf([0, 1, 0, 1, 0, 1], [11, 5]), 10)
      const simulator = simulatorNamed(name, setting)
      const answers = [0, 1, 0, 1, 0, 1].map((key) => simulator.access(key))
      expect(answers).toEqual([false, false, false, true, false, true])
    })
  }
})

test('arc holds no more than fits, whatever is requested', { timeout }, () => {
  fc.assert(
    fc.property(requests, fc.integer({ min: 1, max: 12 }), (asked, capacity) => {
      const arc = simulatorNamed('arc', settingOf(traceOf([...asked, keys - 1]), capacity))
      for (const key of asked) arc.access(key)
      // Asking for everything changes what is held, so one copy is asked for each key.
      let held = 0
      for (let key = 0; key < keys; key++) {
        const copy = simulatorNamed('arc', settingOf(traceOf([...asked, keys - 1]), capacity))
        for (const before of asked) copy.access(before)
        if (copy.access(key)) held += 1
      }
      expect(held).toBe(Math.min(capacity, new Set(asked).size))
    }),
    { numRuns: 40 },
  )
})

test('w-tinylfu keeps popular keys through a scan that lru does not survive', () => {
  const popular = Array.from({ length: 2_000 }, (_, index) => index % 50)
  const scan = Array.from({ length: 5_000 }, (_, index) => 50 + index)
  const asked = [...popular, ...scan, ...popular.slice(0, 50)]
  const hitsAtTheEnd = (name: 'lru' | 'w-tinylfu-1') => {
    const simulator = simulatorNamed(name, settingOf(traceOf(asked), 100))
    return asked
      .map((key) => simulator.access(key))
      .slice(-50)
      .filter(Boolean).length
  }
  expect(hitsAtTheEnd('lru')).toBe(0)
  expect(hitsAtTheEnd('w-tinylfu-1')).toBeGreaterThanOrEqual(48)
})

describe('the heap', () => {
  test('always has the least key first, whatever is put, changed and removed', { timeout }, () => {
    const step = fc.record({ key: fc.nat(9), priority: fc.integer(), remove: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200, size: 'max' }), (steps) => {
        const heap = new KeyHeap(10)
        const model = new Map<number, number>()
        for (const { key, priority, remove } of steps) {
          if (remove && model.delete(key)) heap.remove(key)
          else if (!remove) {
            heap.put(key, priority)
            model.set(key, priority)
          }
          for (let each = 0; each < 10; each++) expect(heap.has(each)).toBe(model.has(each))
          if (model.size === 0) continue
          expect(heap.priorityOf(heap.first)).toBe(Math.min(...model.values()))
          expect(model.has(heap.first)).toBe(true)
        }
      }),
      { numRuns: 100 },
    )
  })
})

test('the next use of each request is the nearest later request for the same key', () => {
  expect([...nextUses(traceOf([0, 1, 0, 2, 1, 0]))]).toEqual([2, 4, 5, never, never, never])
})
