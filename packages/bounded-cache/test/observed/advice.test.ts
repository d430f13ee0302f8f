import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type AdviceFacts,
  type ReuseCurve,
  reachFor,
  recommend,
} from '../../src/observed/advice.ts'
import { ReuseDistances } from '../../src/observed/reuse-distances.ts'
import { mixed } from '../../src/policies/key-hash.ts'
import { lruHits, zipf } from '../policies/streams.ts'

const mebibyte = 2 ** 20

/** A curve that is well known. */
function curveOf(
  hitRatioAt: (bound: number) => number,
  facts: Partial<ReuseCurve> = {},
): ReuseCurve {
  return { hitRatioAt, sampledRequests: 10_000, covered: 2 ** 50, coldShare: 0, ...facts }
}

/** 0.8 at 16 MiB, 0.91 at 32 MiB, 0.92 from 64 MiB on. */
function kneed(bound: number): number {
  const points = [0, 0.8, 0.91, 0.92, 0.92] as const
  const at = Math.min(4, Math.max(0, Math.log2(bound / mebibyte) - 3))
  const from = Math.floor(at)
  return (points[from] ?? 0) + (at - from) * ((points[from + 1] ?? 0.92) - (points[from] ?? 0))
}

const facts: AdviceFacts = {
  unit: 'bytes',
  bound: 16 * mebibyte,
  hits: 80_000,
  misses: 20_000,
  additions: 20_000,
  meanBytes: 1_024,
}

/** The facts at a bound where the cache does as well as the curve. */
function factsAt(bound: number): AdviceFacts {
  const hits = Math.round(kneed(bound) * 100_000)
  return { ...facts, bound, hits, misses: 100_000 - hits, additions: 100_000 - hits }
}

describe('a recommendation', () => {
  test('says what other bounds would give, and takes the least that is nearly as good as the largest', () => {
    const { advised, confidence, forecasts, hitRatio, reasons } = recommend(curveOf(kneed), facts)
    expect(confidence).toBe('enough')
    expect(hitRatio).toBe(0.8)
    expect(forecasts.map(({ bound }) => bound / mebibyte)).toEqual([4, 8, 16, 32, 64])
    expect(forecasts.map(({ hitRatio }) => Number(hitRatio.toFixed(9)))).toEqual([
      0, 0, 0.8, 0.91, 0.92,
    ])
    const saved = forecasts.map((one) => Number(one.missesSavedPerMebibyte.toFixed(6)))
    expect(saved).toEqual([0, 0, 100, 6.875, 0.3125])
    expect(advised.bound).toBe(32 * mebibyte)
    expect(advised.hitRatio).toBeCloseTo(0.91, 9)
    expect(reasons).toEqual([
      '4096 KiB would give 0 %, 8192 KiB 0 %, 32 MiB 91 %, 64 MiB 92 %',
      '32 MiB are the least within a point of the 92 % that 64 MiB would give',
    ])
  })

  test('tells the load time that a MiB saves where loads were measured', () => {
    const { forecasts } = recommend(curveOf(kneed), { ...facts, rebuildCost: 0.01 })
    const [, , , fourth] = forecasts
    expect(fourth?.loadTimeSavedPerMebibyte).toBeCloseTo(6.875 * 10.24, 6)
  })

  test('goes no further than it may', () => {
    const held = recommend(curveOf(kneed), facts, { most: '20MiB' })
    expect(held.advised.bound).toBeLessThanOrEqual(20 * mebibyte)
    expect(held.advised.bound).toBeGreaterThan(18 * mebibyte)
    expect(held.forecasts.map(({ bound }) => bound / mebibyte)).toEqual([4, 8, 16])
    expect(recommend(curveOf(kneed), facts, { most: 1_000 }).advised.bound).toBe(1_000)
    expect(recommend(curveOf(kneed), facts, { most: '1GiB' }).advised.bound).toBe(32 * mebibyte)
  })

  test('gives memory back where nobody would notice', () => {
    const { advised } = recommend(curveOf(kneed), factsAt(256 * mebibyte))
    expect(advised.bound).toBe(32 * mebibyte)
  })

  test('stays where a change would hardly be one', () => {
    const near = recommend(curveOf(kneed), factsAt(33 * mebibyte))
    expect(near.advised.bound).toBe(33 * mebibyte)
    expect(near.reasons[1]).toContain('33 MiB stay the least within a point')
  })

  test('counts in entries where these are bounded', () => {
    const knee = (bound: number) => Math.min(0.9, bound / 2_000)
    const entries: AdviceFacts = {
      ...facts,
      unit: 'entries',
      bound: 1_000,
      hits: 50_000,
      misses: 50_000,
      additions: 50_000,
    }
    const { advised, forecasts, reasons } = recommend(curveOf(knee), entries)
    expect(advised.bound).toBe(1_800)
    expect(forecasts.map(({ bound }) => bound)).toEqual([250, 500, 1_000, 2_000, 4_000])
    expect(forecasts[3]?.missesSavedPerMebibyte).toBeCloseTo(400 / (1_000 / 1_024), 6)
    expect(reasons[0]).toBe(
      '250 entries would give 13 %, 500 entries 25 %, 2000 entries 90 %, 4000 entries 90 %',
    )
  })

  test('expects of each bound what the policy makes of it now', () => {
    // Half of the misses that LRU would have.
    const { forecasts } = recommend(curveOf(kneed), {
      ...facts,
      hits: 90_000,
      misses: 10_000,
      additions: 10_000,
    })
    expect(forecasts.map(({ hitRatio }) => Number(hitRatio.toFixed(9)))).toEqual([
      0.5, 0.5, 0.9, 0.955, 0.96,
    ])
  })

  test('does not expect of a bound what no bound can do', () => {
    const unseen = recommend(curveOf(kneed), {
      ...facts,
      hits: 40_000,
      misses: 60_000,
      additions: 10_000,
    })
    expect(unseen.forecasts[2]?.hitRatio).toBeCloseTo(0.4, 9)
    expect(unseen.forecasts[4]?.hitRatio).toBeCloseTo(0.46, 9)
    expect(unseen.reasons[2]).toBe(
      '50 % of the lookups found nothing, and nothing was set: no bound changes that',
    )
    const cold = recommend(curveOf(kneed, { coldShare: 0.3 }), facts)
    expect(cold.reasons[2]).toBe(
      '30 % of the requests were for keys not seen before: no bound serves those',
    )
  })

  test.each([
    ['few requests', { sampledRequests: 2_000 }, '2000 requests were sampled, and 2500 are needed'],
    [
      'few keys',
      { covered: 20 * mebibyte, coldShare: 0.2 },
      'not enough keys were seen to know what the larger bounds would hold',
    ],
  ])('leaves the bound as it is after %s', (_, curve, reason) => {
    const { advised, confidence, reasons } = recommend(curveOf(kneed, curve), facts)
    expect(confidence).toBe('too few requests')
    expect(advised.bound).toBe(facts.bound)
    expect(reasons).toContain(reason)
  })

  test('is true of the requests that follow', () => {
    const requests = zipf(400_000, 10_000, 1, 1)
    const distances = new ReuseDistances({ reach: reachFor(1_000) })
    for (const [index, key] of requests.entries()) {
      if (distances.sampled(mixed(key))) distances.request(mixed(key), 1, index + 1)
    }
    const hits = lruHits(requests, 1_000)
    const misses = requests.length - hits
    const counted = {
      ...facts,
      unit: 'entries',
      bound: 1_000,
      hits,
      misses,
      additions: misses,
    } as const
    const { confidence, forecasts } = recommend(distances, counted)
    expect(confidence).toBe('enough')
    const next = zipf(200_000, 10_000, 1, 2)
    for (const { bound, hitRatio } of forecasts)
      expect(Math.abs(hitRatio - lruHits(next, bound) / next.length)).toBeLessThan(0.04)
  }, 30_000)

  test.each([
    ['bytes', '0B'],
    ['bytes', 'much'],
    ['entries', '32MiB'],
    ['entries', 0],
    ['entries', 1.5],
  ] as const)('refuses for %s as the most: %s', (unit, most) => {
    expect(() => recommend(curveOf(kneed), { ...facts, unit }, { most: most as never })).toThrow(
      expect.objectContaining({ code: 'CULTUS_INVALID_OPTION' }),
    )
  })
})

test('a recommendation keeps its rules for any curve', () => {
  const steps = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
    minLength: 1,
    maxLength: 30,
  })
  const counts = fc.record({
    hits: fc.nat(100_000),
    misses: fc.nat(100_000),
    additions: fc.nat(100_000),
  })
  const bound = fc.integer({ min: 1, max: 2 ** 32 })
  const most = fc.option(fc.integer({ min: 1, max: 2 ** 34 }), { nil: undefined })
  const unit = fc.constantFrom('bytes' as const, 'entries' as const)
  fc.assert(
    fc.property(steps, counts, bound, most, unit, (steps, counts, bound, most, unit) => {
      const rising = [...steps].sort((one, other) => one - other)
      const curve = curveOf(
        (at) => rising[Math.min(rising.length - 1, Math.floor(Math.log2(1 + at)))] ?? 0,
      )
      const told = recommend(
        curve,
        { unit, bound, ...counts, meanBytes: 100 },
        most === undefined ? {} : { most },
      )
      const ceiling = Math.min(most ?? Number.POSITIVE_INFINITY, reachFor(bound))
      expect(told.advised.bound).toBeGreaterThanOrEqual(1)
      expect(told.advised.bound).toBeLessThanOrEqual(ceiling)
      expect(Number.isInteger(told.advised.bound)).toBe(true)
      let before = 0
      for (const { bound, hitRatio, missesSavedPerMebibyte } of told.forecasts) {
        expect(bound).toBeLessThanOrEqual(ceiling)
        expect(hitRatio).toBeGreaterThanOrEqual(before)
        expect(hitRatio).toBeLessThanOrEqual(1)
        expect(missesSavedPerMebibyte).toBeGreaterThanOrEqual(0)
        before = hitRatio
        // As good as the largest that may be had, but for the least change that is worth making.
        if (bound === ceiling)
          expect(told.advised.hitRatio).toBeGreaterThanOrEqual(hitRatio - 0.0101)
      }
    }),
    { numRuns: 500 },
  )
}, 30_000)
