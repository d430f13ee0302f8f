import { expect, test } from 'vitest'
import { RequestSample } from '../../src/observed/request-sample.ts'
import { mixed } from '../../src/policies/key-hash.ts'
import { lruHits, zipf } from '../policies/streams.ts'

/** An LRU cache that tells of its requests as it should: of new entries, and of hits of those that are marked. */
function played(
  keys: readonly number[],
  maxEntries: number,
): { sample: RequestSample; told: number } {
  let requests = 0
  let told = 0
  const sample = new RequestSample(4 * maxEntries, () => requests)
  const marks = new Map<number, boolean>()
  for (const key of keys) {
    requests++
    const mark = marks.get(key)
    marks.delete(key)
    if (mark !== false) told++
    if (mark === undefined) {
      const [oldest] = marks.keys()
      if (marks.size === maxEntries) marks.delete(oldest ?? key)
      marks.set(key, sample.entered(mixed(key), 1))
    } else marks.set(key, mark && sample.used(mixed(key), 1))
  }
  return { sample, told }
}

test('learns the curve and the hot set from new entries and the hits that are marked', () => {
  const keys = zipf(300_000, 20_000, 1, 1)
  const { sample, told } = played(keys, 2_000)
  const { distances, hotSet } = sample
  const recent = keys.slice(100_000)
  for (const bound of [500, 1_000, 2_000, 4_000, 8_000]) {
    const exact = lruHits(recent, bound) / recent.length
    expect(Math.abs(distances.hitRatioAt(bound) - exact)).toBeLessThan(0.05)
  }
  expect(told).toBeLessThan(0.55 * keys.length)
  const { hitRatio, share } = hotSet.stats()
  expect(hitRatio).toBeGreaterThan(lruHits(recent, 2_000) / recent.length)
  expect(share).toBeGreaterThan(0.3)
}, 30_000)

test('marks what is sampled, and forgets everything when cleared', () => {
  let requests = 0
  const sample = new RequestSample(100, () => ++requests)
  expect(sample.entered(mixed(1), 1)).toBe(true)
  expect(sample.overwritten(mixed(1), 2)).toBe(true)
  expect(sample.used(mixed(1), 2)).toBe(true)
  expect(sample.distances.hitRatioAt(2)).toBeCloseTo(1 / 2, 9)
  sample.invalidated(mixed(1))
  expect(sample.entered(mixed(1), 1)).toBe(true)
  expect(sample.distances.hitRatioAt(100)).toBeCloseTo(1 / 3, 9)
  sample.clear()
  expect([sample.distances.size, sample.hotSet.stats().requests]).toEqual([0, 0])
})

test('counts hits during a pause as if they had not been', () => {
  let requests = 0
  const sample = new RequestSample(1_000, () => requests)
  for (let key = 0; key < 100; key++) {
    requests++
    sample.entered(mixed(key), 1)
  }
  for (let hit = 0; hit < 100_000; hit++) {
    requests++
    if (hit < 2_048) sample.used(mixed(hit % 100), 1)
    else sample.pause()
  }
  expect(sample.distances.hitRatioAt(150)).toBeGreaterThan(0.9)
  requests++
  sample.entered(mixed(100), 1)
  expect(sample.distances.hitRatioAt(150)).toBeGreaterThan(0.9)
  expect(sample.distances.hitRatioAt(50)).toBeLessThan(0.1)
})
