import { expect, test } from 'vitest'
import {
  afterHalving,
  afterUse,
  frequencyOf,
  vacant,
  visitsOf,
  watched,
  withFrequency,
  withVisits,
} from '../../src/policies/use-counts.ts'

/** Every byte that an entry can have. */
const bytes = Array.from({ length: 2 * watched }, (_, byte) => byte)

test('a use adds one to both counts up to their most, and to nothing else', () => {
  for (const byte of bytes) {
    const after = afterUse[byte] ?? -1
    expect(visitsOf(after)).toBe(Math.min(3, visitsOf(byte) + 1))
    expect(frequencyOf(after)).toBe(Math.min(15, frequencyOf(byte) + 1))
    expect(after & watched).toBe(byte & watched)
    expect(after).toBeLessThan(2 * watched)
  }
})

test('halving leaves the visits and the watch, and a slot without an entry as it is', () => {
  for (const byte of bytes) {
    const after = afterHalving[byte] ?? -1
    expect(visitsOf(after)).toBe(visitsOf(byte))
    expect(frequencyOf(after)).toBe(Math.floor(frequencyOf(byte) / 2))
    expect(after & watched).toBe(byte & watched)
  }
  expect(afterHalving[vacant]).toBe(vacant)
  expect(bytes).not.toContain(vacant)
})

test('each count is set without the other', () => {
  for (const byte of bytes) {
    for (let visits = 0; visits <= 3; visits++) {
      const after = withVisits(byte, visits)
      expect([visitsOf(after), frequencyOf(after)]).toEqual([visits, frequencyOf(byte)])
    }
    for (let frequency = 0; frequency <= 15; frequency++) {
      const after = withFrequency(byte, frequency)
      expect([visitsOf(after), frequencyOf(after)]).toEqual([visitsOf(byte), frequency])
    }
  }
})
