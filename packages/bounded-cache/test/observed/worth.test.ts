import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EvictionCounts } from '../../src/observed/eviction-counts.ts'
import { hitDensity, RebuildCost, regret } from '../../src/observed/worth.ts'

test('hit density is hits per byte and second, and 0 where nothing is held or no time has passed', () => {
  expect(hitDensity(6_000, 1_000, 60)).toBe(0.1)
  expect([hitDensity(5, 0, 60), hitDensity(5, 10, 0), hitDensity(0, 10, 60)]).toEqual([0, 0, 0])
})

test('regret is what LRU would have had more, in points', () => {
  expect(regret(0.8, 0.85)).toBeCloseTo(5, 9)
  expect(regret(0.9, 0.85)).toBe(0)
})

test('evictions add up', () => {
  const evictions = new EvictionCounts()
  evictions.bound += 3
  evictions.pressure += 2
  evictions.resize += 1
  expect(evictions.sum).toBe(6)
})

describe('rebuild cost', () => {
  test('is unknown before the first load, and exact while loads are alike', () => {
    const cost = new RebuildCost()
    expect(cost.perByte).toBeUndefined()
    for (let load = 0; load < 100; load++) {
      cost.loaded(20, 4_000)
      expect(cost.perByte).toBeCloseTo(0.005, 12)
    }
  })

  test('is the mean of few loads, and follows many', () => {
    const cost = new RebuildCost()
    cost.loaded(10, 1_000)
    cost.loaded(30, 3_000)
    cost.loaded(80, 2_000)
    expect(cost.perByte).toBeCloseTo(0.02, 12)
    for (let load = 0; load < 100; load++) cost.loaded(1, 1_000)
    expect(cost.perByte).toBeGreaterThan(0.001)
    expect(cost.perByte).toBeLessThan(0.004)
  })

  test('lies between the cheapest and the dearest load, and leaves out what is none', () => {
    const duration = fc.oneof(
      fc.double({ min: 0, max: 1e6, noNaN: true }),
      fc.constantFrom(-1, Number.NaN, Number.POSITIVE_INFINITY),
    )
    const load = fc.record({ duration, bytes: fc.nat(100_000) })
    fc.assert(
      fc.property(fc.array(load), (loads) => {
        const cost = new RebuildCost()
        const seen: number[] = []
        for (const { duration, bytes } of loads) {
          cost.loaded(duration, bytes)
          if (duration >= 0 && duration <= 1e6 && bytes > 0) seen.push(duration / bytes)
          if (seen.length === 0) expect(cost.perByte).toBeUndefined()
          else {
            expect(cost.perByte).toBeGreaterThanOrEqual(Math.min(...seen) * (1 - 1e-9))
            expect(cost.perByte).toBeLessThanOrEqual(Math.max(...seen) * (1 + 1e-9))
          }
        }
      }),
    )
  }, 30_000)
})
