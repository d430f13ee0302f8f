import { expect, test } from 'vitest'
import { Adaptive } from '../../src/policies/adaptive.ts'
import type { Slots } from '../../src/policies/policy.ts'
import { vacant, watched } from '../../src/policies/use-counts.ts'
import { boundedTable, count, served } from './bounded-table.ts'
import { drift, loop, lruHits, optHits, scanned, zipf } from './streams.ts'

const capacity = 500
const repeated = loop(100_000, 1_000)
const drifting = drift(100_000, 1_000, 3, 1_000_000)

function adaptiveHits(requests: readonly number[], seed = 1): boolean[] {
  return served(
    boundedTable((slots) => new Adaptive(slots), capacity, { seed }),
    requests,
  )
}

test('comes near the best that can be done on a loop, of which LRU keeps nothing', () => {
  expect(lruHits(repeated, capacity)).toBe(0)
  for (const seed of [1, 2, 3]) {
    const hits = count(adaptiveHits(repeated, seed))
    expect(hits / optHits(repeated, capacity)).toBeGreaterThan(0.9)
  }
})

test('misses hardly more than LRU where only recency counts', () => {
  const misses = drifting.length - lruHits(drifting, capacity)
  for (const seed of [1, 2, 3]) {
    const hits = count(adaptiveHits(drifting, seed))
    expect((drifting.length - hits) / misses).toBeLessThan(1.05)
  }
})

test('follows when a loop gives way to a drift, and the other way round', () => {
  const requests = [...repeated, ...drifting, ...repeated]
  for (const seed of [1, 2, 3]) {
    const hits = adaptiveHits(requests, seed)
    const second = count(hits.slice(100_000, 200_000))
    const third = count(hits.slice(200_000))
    expect(second / lruHits(drifting, capacity)).toBeGreaterThan(0.9)
    expect(third / optHits(repeated, capacity)).toBeGreaterThan(0.85)
  }
}, 30_000)

test('keeps popular keys, through scans too', () => {
  for (const requests of [zipf(100_000, 10_000, 0.9, 1), scanned(100_000, 10_000, 1)]) {
    const hits = count(adaptiveHits(requests))
    expect(hits - lruHits(requests, capacity)).toBeGreaterThan(0.07 * requests.length)
  }
}, 30_000)

test('misses hardly more than LRU where its entries keep a rule from what its shadow makes of it', () => {
  // Each key twice, some time apart, and never again: queues that begin empty serve that, and full ones nothing.
  const requests = Array.from({ length: 100_000 }, (_, at) =>
    at % 2 === 0 ? at / 2 : Math.max(0, (at - 1) / 2 - capacity / 4),
  )
  for (const seed of [1, 2, 3]) {
    const late = count(adaptiveHits(requests, seed).slice(50_000))
    expect((50_000 - late) / 25_000).toBeLessThan(1.05)
  }
}, 30_000)

test('is not kept from its rule by entries that take a large part of the bytes', () => {
  const bytesOf = (key: number) => (key >= 10_000_000 ? 3_000 : 10)
  const mixed = loop(200_000, 2_000).map((key, at) => (at % 5_000 === 0 ? 10_000_000 + at : key))
  for (const seed of [1, 2, 3]) {
    const table = boundedTable((slots) => new Adaptive(slots), 10_000, { byBytes: true, seed })
    const hits = count(served(table, mixed, bytesOf).slice(100_000))
    // Half of the loop fits where nothing large is held.
    expect(hits / 100_000).toBeGreaterThan(0.4)
  }
}, 30_000)

/** An adaptive table, and how many of its slots are watched. */
function watching(most: number): ReturnType<typeof boundedTable> & { share(): number } {
  let slots: Slots | undefined
  const bounded = boundedTable((given) => {
    slots = given
    return new Adaptive(given)
  }, most)
  return {
    ...bounded,
    share() {
      const held = [...(slots?.uses ?? [])].filter((uses) => uses !== vacant)
      return held.filter((uses) => uses >= watched).length / bounded.table.size
    },
  }
}

test('samples a small share of many entries before the first is evicted', () => {
  const many = watching(Number.POSITIVE_INFINITY)
  for (let key = 0; key < 100_000; key++) many.table.set(key, key, 1, 0, 1)
  for (let round = 0; round < 2; round++)
    for (let key = 0; key < 100_000; key++) many.table.get(key)
  // Hits alone are not told of for ever.
  expect(many.share()).toBe(0)
  many.table.set(-1, 0, 1, 0, 1)
  expect(many.share()).toBeLessThan(0.1)
  expect(many.share()).toBeGreaterThan(0.01)
})

test('samples more of the entries again when few are left, of old ones too', () => {
  const many = watching(Number.POSITIVE_INFINITY)
  for (let key = 0; key < 100_000; key++) many.table.set(key, key, 1, 0, 1)
  while (many.table.size > 200) many.table.evict()
  while (many.table.compact() === 'more') {}
  for (let key = 0; key < 100; key++) many.table.set(200_000 + key, key, 1, 0, 1)
  expect(many.share()).toBeGreaterThan(0.3)
  many.table.clear()
  for (let key = 0; key < 100; key++) many.table.set(key, key, 1, 0, 1)
  expect(many.share()).toBe(1)
})
