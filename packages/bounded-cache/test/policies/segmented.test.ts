import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FrequencyRule, queues, quickQueues, recency } from '../../src/policies/rules.ts'
import { Segmented } from '../../src/policies/segmented.ts'
import { boundedTable, count, served } from './bounded-table.ts'
import { ObservedTable } from './observed-table.ts'
import { drift, loop, lruHits, zipf } from './streams.ts'

const rules = [
  new FrequencyRule(0.02),
  queues,
  recency,
  quickQueues,
  new FrequencyRule(0.2, { credit: true, chance: true }),
]

const step = fc.record({
  type: fc.constantFrom('set', 'set', 'set', 'get', 'get', 'take', 'evict', 'follow', 'compact'),
  key: fc.oneof(fc.nat(10), fc.nat(80)),
  bytes: fc.integer({ min: 1, max: 9 }),
})

test('loses no entry and holds none twice while one rule takes over from another', () => {
  fc.assert(
    fc.property(
      fc.boolean(),
      fc.constantFrom(1, 20, 100),
      fc.array(step, { maxLength: 200, size: 'max' }),
      (byBytes, most, steps) => {
        const followers: Segmented[] = []
        const table = new ObservedTable(
          (slots) => {
            const policy = new Segmented(slots, queues)
            followers.push(policy)
            return policy
          },
          byBytes,
          most,
        )
        for (const { type, key, bytes } of steps) {
          if (type === 'set') table.set(key, Math.min(bytes, most), 1)
          else if (type === 'get') table.get(key)
          else if (type === 'take') table.take(key)
          else if (type === 'evict') table.evict()
          else if (type === 'compact') table.compact()
          else for (const policy of followers) policy.follow(rules[key % rules.length] ?? queues)
          table.check()
        }
      },
    ),
    { numRuns: 150 },
  )
}, 60_000)

test.each([
  ['popular keys', zipf(20_000, 1_000, 0.9, 1)],
  ['a drift', drift(20_000, 60, 3)],
])('by recency it is an LRU cache: %s', (_, requests) => {
  const hits = served(
    boundedTable((slots) => new Segmented(slots, recency), 100),
    requests,
  )
  expect(hits.filter(Boolean)).toHaveLength(lruHits(requests, 100))
})

test('goes on by recency with what other rules have left in their lists', () => {
  const policies: Segmented[] = []
  const bounded = boundedTable((slots) => {
    const policy = new Segmented(slots, queues)
    policies.push(policy)
    return policy
  }, 100)
  served(bounded, zipf(5_000, 500, 0.9, 2))
  for (const policy of policies) policy.follow(recency)
  // Each comes in and stays until a hundred others have come.
  const requests = Array.from({ length: 1_000 }, (_, at) => 10_000 + at)
  served(bounded, requests)
  for (const key of requests.slice(-100)) expect(bounded.table.peek(key)).toBe(key)
})

test('gives the rest what is too much in a window that has become smaller', () => {
  const rule = new FrequencyRule(0.6)
  const bounded = boundedTable((slots) => new Segmented(slots, rule), 300)
  const hits = (requests: readonly number[]) => count(served(bounded, requests)) / requests.length
  expect(hits(loop(12_000, 600))).toBeLessThan(0.3)
  rule.window = 0.01
  hits(loop(3_000, 600))
  // Of the loop half would fit, and what is in the window is of no use.
  expect(hits(loop(6_000, 600))).toBeGreaterThan(0.45)
})

test('lets in by chance what was used often, where all that is held was used as often', () => {
  const replaced = (chance: boolean) => {
    const rule = new FrequencyRule(0.02, { chance })
    const bounded = boundedTable((slots) => new Segmented(slots, rule), 100)
    const round = [...loop(100, 100), ...loop(20, 20, 1_000)]
    for (let time = 0; time < 400; time++) served(bounded, round)
    return bounded.evicted.filter((key) => key < 1_000).length
  }
  expect(replaced(true)).toBeGreaterThan(2 * replaced(false))
})

test('finds what is not wanted any more among what was proven, within a few rounds of a loop', () => {
  for (const seed of [1, 2, 3]) {
    const bounded = boundedTable((slots) => new Segmented(slots, new FrequencyRule(0.02)), 300, {
      seed,
    })
    served(bounded, zipf(10_000, 1_000, 0.9, seed))
    const round = loop(400, 400, 10_000)
    for (let time = 0; time < 12; time++) served(bounded, round)
    // Of four hundred three hundred fit, but for the window.
    expect(count(served(bounded, round)) / 400).toBeGreaterThan(0.68)
  }
})
