import { expect, test } from 'vitest'
import { policies } from '../../src/policies/named.ts'
import { boundedTable, count, served } from './bounded-table.ts'
import { loop, lruHits, optHits, scanned, zipf } from './streams.ts'

test('keeps a part of a loop that is too long, of which LRU keeps nothing', () => {
  const requests = loop(60_000, 600)
  const hits = count(served(boundedTable(policies['w-tinylfu'], 300), requests))
  expect(lruHits(requests, 300)).toBe(0)
  expect(hits / optHits(requests, 300)).toBeGreaterThan(0.9)
})

test('keeps popular keys through scans', () => {
  const requests = scanned(100_000, 5_000, 7)
  const hits = count(served(boundedTable(policies['w-tinylfu'], 500), requests))
  expect(hits - lruHits(requests, 500)).toBeGreaterThan(0.05 * requests.length)
})

test('opens its window where only what is new is used', () => {
  // Each key twice, some time apart, and never again: frequency tells nothing.
  const requests = Array.from({ length: 200_000 }, (_, at) =>
    at % 2 === 0 ? at / 2 : Math.max(0, (at - 1) / 2 - 60),
  )
  const hits = served(boundedTable(policies['w-tinylfu'], 300), requests)
  const [early, late] = [hits.slice(0, 20_000), hits.slice(-20_000)]
  expect(count(late)).toBeGreaterThan(count(early))
  expect(count(late)).toBeGreaterThan(8_000)
})

test('hits more popular keys than LRU', () => {
  const requests = zipf(100_000, 10_000, 0.9, 8)
  const hits = count(served(boundedTable(policies['w-tinylfu'], 1_000), requests))
  expect(hits - lruHits(requests, 1_000)).toBeGreaterThan(0.04 * requests.length)
})
