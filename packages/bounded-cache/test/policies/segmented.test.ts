import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FrequencyRule, queues, recency } from '../../src/policies/rules.ts'
import { Segmented } from '../../src/policies/segmented.ts'
import { boundedTable, served } from './bounded-table.ts'
import { ObservedTable } from './observed-table.ts'
import { drift, lruHits, zipf } from './streams.ts'

const rules = [new FrequencyRule(0.02), queues, recency]

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
