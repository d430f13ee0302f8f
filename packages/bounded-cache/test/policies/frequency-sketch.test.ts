import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FrequencySketch } from '../../src/policies/frequency-sketch.ts'
import { mixed } from '../../src/policies/key-hash.ts'

const step = fc.oneof(
  {
    weight: 30,
    arbitrary: fc.record({
      type: fc.constant('raise' as const),
      key: fc.nat(300),
      frequency: fc.nat(15),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constantFrom('halve' as const, 'clear' as const) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('fit' as const), entries: fc.nat(2_000) }),
  },
)

test('never tells less than it was told, halvings counted, however large it becomes', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100, size: 'max' }), (steps) => {
      const sketch = new FrequencySketch()
      const told = new Map<number, number>()
      for (const next of steps) {
        if (next.type === 'fit') {
          const before = sketch.byteLength
          sketch.fit(next.entries)
          expect(sketch.byteLength).toBeLessThanOrEqual(Math.max(before, 128, 8 * next.entries))
          expect(sketch.byteLength).toBeGreaterThanOrEqual(4 * next.entries)
        } else if (next.type === 'halve') {
          sketch.halve()
          for (const [key, frequency] of told) told.set(key, frequency >> 1)
        } else if (next.type !== 'raise') {
          sketch.clear()
          told.clear()
        } else {
          sketch.raise(mixed(next.key), next.frequency)
          told.set(next.key, Math.max(next.frequency, told.get(next.key) ?? 0))
        }
        for (const [key, frequency] of told) {
          const estimate = sketch.estimate(mixed(key))
          expect(estimate).toBeGreaterThanOrEqual(frequency)
          expect(estimate).toBeLessThanOrEqual(15)
        }
      }
    }),
    { numRuns: 100 },
  )
}, 60_000)

test('halves each of its counts and nothing else', () => {
  const sketch = new FrequencySketch()
  sketch.fit(4_096)
  for (let key = 0; key < 4_096; key++) sketch.raise(mixed(key), key % 16)
  const before = Array.from({ length: 4_096 }, (_, key) => sketch.estimate(mixed(key)))
  sketch.halve()
  const after = before.map((_, key) => sketch.estimate(mixed(key)))
  expect(after).toEqual(before.map((estimate) => estimate >> 1))
})

test('knows nothing of most keys that were never told to it, with as many keys as it is made for', () => {
  const keys = 10_000
  const sketch = new FrequencySketch()
  sketch.fit(keys)
  for (let key = 0; key < keys; key++) sketch.raise(mixed(key), 8)
  let wrong = 0
  for (let key = keys; key < 2 * keys; key++) if (sketch.estimate(mixed(key)) > 0) wrong++
  // Of 131,072 counters 1 − e^(−40,000 / 131,072) are taken: all four of 0.5 % of keys, if blocks were filled alike.
  expect(wrong / keys).toBeLessThan(0.02)
})

test('is emptied by as many halvings as a count has bits', () => {
  const sketch = new FrequencySketch()
  sketch.fit(100)
  for (let key = 0; key < 100; key++) sketch.raise(mixed(key), 15)
  for (let halving = 0; halving < 4; halving++) sketch.halve()
  for (let key = 0; key < 100; key++) expect(sketch.estimate(mixed(key))).toBe(0)
})
