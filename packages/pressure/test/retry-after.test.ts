import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { resolveRetryAfter, retryAfterSeconds } from '../src/admission/retry-after.ts'

describe('retry-after', () => {
  test('spreads evenly over base to base + jitter', () => {
    const counts = new Map<number, number>()
    for (let draw = 0; draw < 1; draw += 1 / 1_024) {
      const seconds = retryAfterSeconds({ base: 2, jitter: 3 }, draw)
      counts.set(seconds, (counts.get(seconds) ?? 0) + 1)
    }
    expect([...counts]).toEqual([2, 3, 4, 5].map((seconds) => [seconds, 256]))
  })

  test('is whole and at least 1, whatever the settings and the source of chance', () => {
    const seconds = fc.double({ min: 0, max: 86_400, noNaN: true })
    const draw = fc.oneof(fc.double({ min: 0, max: 1 }), fc.double())
    fc.assert(
      fc.property(seconds, seconds, draw, (base, jitter, chance) => {
        const wait = retryAfterSeconds({ base, jitter }, chance)
        expect(Number.isSafeInteger(wait)).toBe(true)
        expect(wait).toBeGreaterThanOrEqual(Math.max(1, Math.floor(base)))
        expect(wait).toBeLessThanOrEqual(Math.max(1, base + jitter + 1))
      }),
    )
  })

  test('refuses negative and endless times', () => {
    expect(() => resolveRetryAfter({ base: -1 })).toThrow(
      '`retryAfter.base` must be a number from 0 to 86400, got -1',
    )
    expect(() => resolveRetryAfter({ jitter: Number.POSITIVE_INFINITY })).toThrow(
      '`retryAfter.jitter` must be a number from 0 to 86400, got Infinity',
    )
  })
})
