import { describe, expect, test } from 'vitest'
import { ReuseDistances } from '../../src/observed/reuse-distances.ts'
import { mixed } from '../../src/policies/key-hash.ts'
import { drift, loop, lruHits, random, scanned, zipf } from '../policies/streams.ts'

const forever = Number.POSITIVE_INFINITY

/** Distances that are told every request of the sample, as a cache would. */
function fed(
  distances: ReuseDistances,
  requests: readonly number[],
  weightOf: (key: number) => number = () => 1,
  { seed = 0, from = 0 } = {},
): ReuseDistances {
  for (const [index, key] of requests.entries()) {
    const hash = mixed(key ^ (seed * 0x1234567))
    if (distances.sampled(hash)) distances.request(hash, weightOf(key), from + index + 1)
  }
  return distances
}

/** The bounds at which curves are compared: two for each doubling. */
function boundsUpTo(reach: number): number[] {
  return Array.from({ length: 13 }, (_, index) => Math.round(reach / 2 ** (index / 2)))
}

function meanError(
  distances: ReuseDistances,
  bounds: readonly number[],
  exact: (bound: number) => number,
): number {
  const errors = bounds.map((bound) => Math.abs(distances.hitRatioAt(bound) - exact(bound)))
  return errors.reduce((sum, error) => sum + error, 0) / errors.length
}

/** For each request, what the keys weigh that were used since the last one of its key, that key included. */
function stackDistances(requests: readonly number[], weightOf: (key: number) => number): number[] {
  const order = new Set<number>()
  return requests.map((key) => {
    let distance = weightOf(key)
    if (order.has(key)) {
      for (const other of [...order].reverse()) {
        if (other === key) break
        distance += weightOf(other)
      }
      order.delete(key)
    } else distance = forever
    order.add(key)
    return distance
  })
}

describe('the curve', () => {
  test('is that of LRU where all keys are sampled and bounds are small', () => {
    const requests = zipf(20_000, 60, 0.9, 1)
    const distances = fed(new ReuseDistances({ reach: 100, memory: forever }), requests)
    expect(distances.rate).toBe(1)
    for (let bound = 1; bound <= 8; bound++)
      expect(distances.hitRatioAt(bound)).toBeCloseTo(lruHits(requests, bound) / 20_000, 9)
    expect(distances.hitRatioAt(64)).toBeCloseTo(lruHits(requests, 64) / 20_000, 9)
  })

  const streams: readonly (readonly [string, readonly number[], number])[] = [
    ['popular keys, flat', zipf(100_000, 20_000, 0.5, 1), 20_000],
    ['popular keys', zipf(100_000, 30_000, 0.9, 2), 16_000],
    ['popular keys, steep', zipf(100_000, 50_000, 1.1, 3), 8_000],
    ['a loop', loop(80_000, 9_000), 32_000],
    ['scans', scanned(100_000, 20_000, 4), 20_000],
    ['a drift', drift(100_000, 4_000, 5), 20_000],
  ]

  test.each(streams)(
    'is that of LRU within 0.03 in the mean with 1,024 keys: %s',
    (_, requests, reach) => {
      const bounds = boundsUpTo(reach)
      const exact = new Map(
        bounds.map((bound) => [bound, lruHits(requests, bound) / requests.length]),
      )
      const errors = [1, 2, 3, 4, 5].map((seed) => {
        const distances = new ReuseDistances({ reach, memory: forever })
        fed(distances, requests, undefined, { seed })
        expect(distances.size).toBeLessThanOrEqual(1_024)
        expect(distances.rate).toBeLessThan(0.2)
        return meanError(distances, bounds, (bound) => exact.get(bound) ?? 0)
      })
      expect(errors.reduce((sum, error) => sum + error, 0) / errors.length).toBeLessThan(0.03)
      expect(Math.max(...errors)).toBeLessThan(0.06)
    },
    60_000,
  )

  test('is that of LRU within 0.03 in the mean where entries differ in weight', () => {
    const weightOf = (key: number) => Math.ceil(200 * 250 ** random(key)())
    const requests = zipf(30_000, 5_000, 0.8, 6)
    const exact = stackDistances(requests, weightOf)
    const reach = 5_000 * 9_000
    for (const seed of [1, 2, 3]) {
      const distances = fed(new ReuseDistances({ reach, memory: forever }), requests, weightOf, {
        seed,
      })
      const error = meanError(distances, boundsUpTo(reach), (bound) => {
        return exact.filter((distance) => distance <= bound).length / exact.length
      })
      expect(distances.rate).toBeLessThan(0.4)
      expect(error).toBeLessThanOrEqual(0.03)
    }
  }, 60_000)

  test('puts down to a hot key only what chance does not explain', () => {
    const reach = 36_000
    const ratios = [1, 2, 3, 4, 5].map((seed) => {
      const distances = new ReuseDistances({ reach, memory: forever })
      return fed(distances, loop(80_000, 9_000), undefined, { seed }).hitRatioAt(4_500)
    })
    // Nothing is served of a loop that is twice as long as the bound.
    expect(ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length).toBeLessThan(0.02)
    const hot = new ReuseDistances({ reach, memory: forever })
    const requests = loop(160_000, 9_000).map((key, index) => (index % 2 === 0 ? -1 : key))
    const ratio = fed(hot, requests).hitRatioAt(4_500)
    expect(hot.sampled(mixed(-1))).toBe(false)
    expect(Math.abs(ratio - 0.5)).toBeLessThan(0.05)
  })

  test('serves a key that was just used from the smallest cache, whatever the rate', () => {
    const requests = loop(40_000, 20_000).flatMap((key) => [key, key])
    const distances = fed(new ReuseDistances({ reach: 40_000, memory: forever }), requests)
    expect(distances.rate).toBeLessThan(0.1)
    expect(distances.hitRatioAt(2)).toBeGreaterThan(0.45)
  })

  test('follows the load', () => {
    const distances = new ReuseDistances({ reach: 4_000 })
    fed(distances, loop(100_000, 2_000))
    expect(distances.hitRatioAt(1_000)).toBeLessThan(0.05)
    fed(distances, loop(200_000, 500, 10_000), undefined, { from: 100_000 })
    expect(distances.hitRatioAt(1_000)).toBeGreaterThan(0.9)
    expect(distances.sampledRequests).toBeLessThan(2 * 10_240)
  })

  test('knows as much of the keys that come back, however many come but once', () => {
    const popular = zipf(400_000, 2_000, 0.7, 7)
    const requests = popular.map((key, index) => (index % 2 === 0 ? key : 10_000 + index))
    const distances = fed(new ReuseDistances({ reach: 8_000 }), requests)
    // 200,000 keys came once, and not even 8,000 of them lie within the reach.
    expect(distances.rate).toBeGreaterThan(1_024 / 8_000 / 1.3)
    const exact = lruHits(requests, 4_000) / requests.length
    expect(Math.abs(distances.hitRatioAt(4_000) - exact)).toBeLessThan(0.03)
    expect(distances.coldShare).toBeGreaterThan(0.45)
    expect(distances.covered).toBeGreaterThan(7_500)
  })

  test('rises from bound to bound up to the reach', () => {
    const distances = fed(new ReuseDistances({ reach: 5_000 }), zipf(50_000, 20_000, 0.9, 8))
    const curve = distances.curve()
    expect(curve.length).toBeGreaterThan(20)
    for (const [index, { bound, hitRatio }] of curve.entries()) {
      expect(bound).toBeGreaterThan(curve[index - 1]?.bound ?? 0)
      expect(bound).toBeLessThanOrEqual(5_000)
      expect(hitRatio).toBeGreaterThanOrEqual(curve[index - 1]?.hitRatio ?? 0)
      expect(hitRatio).toBe(distances.hitRatioAt(bound))
    }
    expect(distances.hitRatioAt(50_000)).toBe(curve.at(-1)?.hitRatio)
  })

  test('is nothing before the first request, and after everything was forgotten', () => {
    const distances = new ReuseDistances({ reach: 100 })
    for (const at of [0, 1_000]) {
      expect(distances.curve()).toEqual([])
      expect(distances.hitRatioAt(10)).toBe(0)
      expect([distances.size, distances.coldShare, distances.covered]).toEqual([0, 0, 0])
      expect(distances.rate).toBe(1)
      fed(distances, zipf(20_000, 5_000, 0.5, 9), undefined, { from: at })
      expect(distances.hitRatioAt(100)).toBeGreaterThan(0)
      distances.clear(1_000)
    }
  })
})

describe('a key', () => {
  test('is told how many of its requests are remembered', () => {
    const distances = new ReuseDistances({ reach: 100, memory: 8 })
    const uses = [1, 2, 3, 4].map((at) => distances.request(mixed(1), 1, at))
    expect(uses).toEqual([1, 2, 3, 4])
    for (let at = 5; at <= 8; at++) distances.request(mixed(2), 1, at)
    expect(distances.request(mixed(1), 1, 9)).toBe(3)
  })

  test('that was deleted or expired is a miss at any bound, but not forgotten', () => {
    const distances = new ReuseDistances({ reach: 100 })
    distances.request(mixed(1), 1, 1)
    distances.invalidated(mixed(1))
    expect(distances.request(mixed(1), 1, 2)).toBe(2)
    expect(distances.hitRatioAt(100)).toBe(0)
    distances.request(mixed(1), 1, 3)
    expect(distances.hitRatioAt(100)).toBeCloseTo(1 / 3, 9)
  })

  test('that is overwritten is the latest, and was not asked for', () => {
    const distances = new ReuseDistances({ reach: 100 })
    for (const [index, key] of [1, 2, 3].entries()) distances.request(mixed(key), 1, index + 1)
    distances.overwritten(mixed(1), 1)
    expect(distances.sampledRequests).toBe(3)
    distances.request(mixed(1), 1, 4)
    expect(distances.hitRatioAt(1)).toBeCloseTo(1 / 4, 9)
  })

  test('that is deleted for good leaves its place to others before the sample becomes smaller', () => {
    const distances = new ReuseDistances({ reach: 1_000, keys: 64 })
    for (let key = 0; key < 10_000; key++) {
      distances.request(mixed(key), 1, key + 1)
      distances.invalidated(mixed(key))
    }
    expect(distances.rate).toBe(1)
  })
})

test.each([
  [{ reach: 0 }, '`reach` must be a positive number, got 0'],
  [{ reach: Number.NaN }, '`reach` must be a positive number, got NaN'],
  [{ reach: 1, keys: 63 }, '`keys` must be a number from 64 to 16384, got 63'],
  [{ reach: 1, keys: 100 }, '`keys` must be a power of two, got 100'],
  [{ reach: 1, memory: 0 }, '`memory` must be a number of at least 1, got 0'],
])('refuses %o', (options, message) => {
  expect(() => new ReuseDistances(options)).toThrow(
    expect.objectContaining({ code: 'CULTUS_INVALID_OPTION', message }),
  )
})

test('keeps to its memory', () => {
  const distances = new ReuseDistances({ reach: forever })
  expect(distances.byteLength).toBeLessThan(12_288)
  fed(distances, loop(100_000, 100_000))
  expect(distances.size).toBeGreaterThan(800)
  expect(distances.byteLength).toBeLessThan(52_224)
})
