import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CounterWindows } from '../../src/observed/windows.ts'

const nothing = { hits: 0, misses: 0, sets: 0, evictions: 0, expirations: 0 }
const minute = 60_000
const hour = 60 * minute

describe('windows', () => {
  test('count what was done in the last minute and hour, and forget what was before', () => {
    const windows = new CounterWindows(0)
    const early = { hits: 600, misses: 200, sets: 200, evictions: 40, expirations: 8 }
    windows.pass(minute, early)
    expect(windows.lastHour(minute, early)).toEqual({ ...early, hitRatio: 0.75, seconds: 60 })
    // Nothing happened for half an hour.
    expect(windows.lastMinute(31 * minute, early)).toEqual({ ...nothing, hitRatio: 0, seconds: 55 })
    expect(windows.lastHour(31 * minute, early)).toMatchObject({ hits: 600, seconds: 31 * 60 })
    expect(windows.lastHour(70 * minute, early)).toMatchObject({ hits: 0, seconds: 55 * 60 })
  })

  test('spread what was counted between two snapshots evenly over the time between', () => {
    const windows = new CounterWindows(0)
    const late = { ...nothing, hits: 12_000, misses: 4_000 }
    expect(windows.lastMinute(10 * minute, late)).toMatchObject({
      hits: 1_100,
      misses: 367,
      seconds: 55,
    })
    expect(windows.lastHour(10 * minute, late)).toMatchObject({ hits: 12_000, misses: 4_000 })
  })

  test('take a snapshot once a second, or when they are read', () => {
    const windows = new CounterWindows(0)
    windows.pass(4_999, { ...nothing, hits: 1 })
    windows.pass(5_500, { ...nothing, hits: 101 })
    // Not taken at 5.5 s: the 100 hits are spread from there on.
    expect(windows.lastMinute(69_999, { ...nothing, hits: 101 }).hits).toBe(92)
  })

  test('lose nothing when the clock jumps', () => {
    const windows = new CounterWindows(100_000)
    windows.pass(90_000, { ...nothing, hits: 10 })
    windows.pass(91_000, { ...nothing, hits: 20 })
    expect(windows.lastHour(91_000, { ...nothing, hits: 30 })).toMatchObject({
      hits: 30,
      seconds: 1,
    })
    expect(windows.lastHour(Number.POSITIVE_INFINITY, { ...nothing, hits: 40 }).hits).toBe(40)
    expect(windows.lastHour(Number.NaN, { ...nothing, hits: 50 }).hits).toBe(50)
    expect(windows.lastHour(5_000, { ...nothing, hits: 60 })).toMatchObject({
      hits: 60,
      seconds: 1,
    })
    const asleep = windows.lastHour(5_000 + 10 * hour, { ...nothing, hits: 70 })
    expect(asleep).toMatchObject({ hits: 1, seconds: 3_301 })
  })

  test('keep to their memory', () => {
    expect(new CounterWindows(0).byteLength).toBeLessThan(1_280)
  })
})

interface Span {
  readonly from: number
  readonly to: number
  readonly hits: number
}

/** The hits of the last buckets of a width, of spans over which they are spread evenly. */
function exactHits(spans: readonly Span[], now: number, width: number): [number, number] {
  const start = Math.max(0, (Math.floor(now / width) - 11) * width)
  const hits = spans.map(({ from, to, hits }) => {
    if (from === to) return from >= start ? hits : 0
    return (hits * Math.max(0, to - Math.max(from, start))) / (to - from)
  })
  return [hits.reduce((sum, one) => sum + one, 0), (now - start) / 1_000]
}

const step = fc.record({
  elapsed: fc.oneof(
    fc.nat(3_000),
    fc.integer({ min: -20_000, max: 90_000 }),
    fc.integer({ min: 0, max: 2 * hour }),
  ),
  hits: fc.nat(1_000),
  type: fc.constantFrom('pass', 'pass', 'read'),
})

test('are right after each step, whatever the clock does', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 150, size: 'max' }), (steps) => {
      const windows = new CounterWindows(0)
      const spans: Span[] = []
      let [now, time, hits, taken, takenAt] = [0, 0, 0, 0, 0]
      for (const { elapsed, hits: more, type } of steps) {
        now += elapsed
        hits += more
        const counters = { hits, misses: 2 * hits, sets: hits, evictions: 0, expirations: 0 }
        const apart = now - takenAt
        if (type === 'pass') windows.pass(now, counters)
        if (type === 'pass' && apart >= 0 && apart < 1_000) continue
        const from = time
        time += Math.max(0, apart)
        spans.push({ from, to: time, hits: hits - taken })
        takenAt = now
        taken = hits
        const told = {
          minute: windows.lastMinute(now, counters),
          hour: windows.lastHour(now, counters),
        }
        for (const [window, width] of [
          [told.minute, 5_000],
          [told.hour, 300_000],
        ] as const) {
          const [exact, seconds] = exactHits(spans, time, width)
          expect(Math.abs(window.hits - exact)).toBeLessThan(0.51)
          expect(Math.abs(window.misses - 2 * exact)).toBeLessThan(0.51)
          expect(window.seconds).toBeCloseTo(seconds, 6)
          expect(window.hitRatio).toBeCloseTo(exact > 0 ? 1 / 3 : 0, 6)
        }
      }
    }),
    { numRuns: 100 },
  )
}, 60_000)
