import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FrequencyRule, queues, recency } from '../../src/policies/rules.ts'
import { Shadow } from '../../src/policies/shadow.ts'
import { drift, lruHits, zipf } from './streams.ts'

test.each([
  ['popular keys', zipf(20_000, 1_000, 0.9, 1)],
  ['a drift', drift(20_000, 60, 3)],
])('serves by recency what an LRU cache serves: %s', (_, requests) => {
  const shadow = new Shadow(recency)
  let hits = 0
  for (const key of requests) {
    if (shadow.request(key, 1)) hits++
    // One that comes in makes room after, not before.
    shadow.fit(100, Number.POSITIVE_INFINITY)
  }
  expect(hits).toBe(lruHits(requests, 100))
})

const step = fc.record({
  type: fc.constantFrom('request', 'request', 'request', 'request', 'fit', 'keep'),
  hash: fc.nat(60),
  weight: fc.integer({ min: 1, max: 9 }),
})

test.each([
  ['frequency', () => new FrequencyRule(0.02)],
  ['queues', () => queues],
  ['recency', () => recency],
])(
  'holds each key once, and no more than it may: %s',
  (_, rule) => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200, size: 'max' }), (steps) => {
        const shadow = new Shadow(rule())
        const weights = new Map<number, number>()
        for (const { type, hash, weight } of steps) {
          if (type === 'request') {
            // What was given up is not known here, only what cannot be held.
            if (!weights.has(hash)) expect(shadow.request(hash, weight)).toBe(false)
            else shadow.request(hash, weight)
            weights.set(hash, weight)
          } else if (type === 'fit') shadow.fit(10 * weight, hash)
          else {
            shadow.keep((held) => held % 3 === hash % 3, 5)
            for (const held of weights.keys()) if (held % 3 !== hash % 3) weights.delete(held)
            const slots = [0, 1, 2].flatMap((list) => [...shadow.lists.slots(list)])
            for (const slot of slots) expect(shadow.weight(slot)).toBeLessThanOrEqual(5)
          }
          if (type === 'fit') expect(shadow.size).toBeLessThanOrEqual(hash)
          const listed = [0, 1, 2].map((list) => shadow.lists.count(list))
          expect(listed.reduce((sum, count) => sum + count, 0)).toBe(shadow.size)
          expect(shadow.size).toBeLessThanOrEqual(weights.size)
          const slots = [0, 1, 2].flatMap((list) => [...shadow.lists.slots(list)])
          const held = [0, 1, 2].map((list) => shadow.lists.weight(list))
          const weighed = slots.map((slot) => shadow.weight(slot))
          expect(held.reduce((sum, one) => sum + one, 0)).toBe(
            weighed.reduce((sum, one) => sum + one, 0),
          )
          expect(new Set(slots.map((slot) => shadow.hash(slot))).size).toBe(shadow.size)
        }
        expect(shadow.uses.length).toBeLessThanOrEqual(128)
      }),
      { numRuns: 150 },
    )
  },
  30_000,
)
