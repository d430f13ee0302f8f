import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MemoryHistory } from '../src/history/memory-history.ts'
import { type TimedValue, trendOf } from '../src/history/trend.ts'
import { sampleAt } from './history-model.ts'

const begin = Date.UTC(2026, 0, 1)

/** Noise between -1 and 1 that is the same in every run. */
function noise(index: number): number {
  return Math.sin(index * 12.9898) * Math.cos(index * 78.233)
}

function series(count: number, value: (index: number) => number): readonly TimedValue[] {
  return Array.from({ length: count }, (_, index) => ({ at: index * 1_000, value: value(index) }))
}

describe('a trend', () => {
  test('finds the slope of a leak under noise, and is sure of it', () => {
    const { perSecond, low, high, pValue, direction } = trendOf(
      series(60, (index) => 100 + 2 * index + 5 * noise(index)),
    )
    expect(direction).toBe('rising')
    expect(pValue).toBeLessThan(1e-6)
    expect(perSecond).toBeCloseTo(2, 1)
    expect(low).toBeLessThan(2)
    expect(high).toBeGreaterThan(2)
  })

  test('is not moved by a few outliers', () => {
    const { perSecond } = trendOf(series(40, (index) => (index % 10 === 3 ? 9_000 : 3 * index)))
    expect(perSecond).toBeCloseTo(3, 0)
  })

  test('of noise is steady', () => {
    const { direction, pValue, low, high } = trendOf(series(60, noise))
    expect(direction).toBe('steady')
    expect(pValue).toBeGreaterThan(0.05)
    expect(low).toBeLessThan(0)
    expect(high).toBeGreaterThan(0)
  })

  test('is not made of one value that was repeated', () => {
    const told = trendOf(series(600, (index) => (index < 300 ? 100 : 200)))
    expect(told).toMatchObject({ direction: 'steady', observations: 2 })
  })

  test('of four observations is never certain, of five it can be', () => {
    expect(trendOf(series(4, (index) => index)).direction).toBe('steady')
    expect(trendOf(series(5, (index) => index)).direction).toBe('rising')
    expect(trendOf(series(5, (index) => -index)).direction).toBe('falling')
  })

  test('of nothing is none', () => {
    for (const empty of [[], series(1, () => 5), series(9, () => 5)])
      expect(trendOf(empty)).toMatchObject({ perSecond: 0, pValue: 1, direction: 'steady' })
  })

  test('turns with its series, and its interval holds its slope', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -1_000, max: 1_000 }), { maxLength: 150 }),
        (values) => {
          const up = trendOf(values.map((value, index) => ({ at: index * 500, value })))
          const down = trendOf(values.map((value, index) => ({ at: index * 500, value: -value })))
          expect(down.perSecond).toBeCloseTo(-up.perSecond, 9)
          expect(down.pValue).toBeCloseTo(up.pValue, 12)
          expect(up.low).toBeLessThanOrEqual(up.perSecond)
          expect(up.high).toBeGreaterThanOrEqual(up.perSecond)
          expect(up.pValue).toBeGreaterThanOrEqual(0)
          expect(up.pValue).toBeLessThanOrEqual(1)
          expect(up.observations).toBeLessThanOrEqual(60)
        },
      ),
    )
  })

  test('of noise is called one hardly more often than once in twenty', () => {
    let alarms = 0
    for (let run = 0; run < 400; run++) {
      if (trendOf(series(30, (index) => noise(1 + index + run * 31))).direction !== 'steady')
        alarms++
    }
    expect(alarms).toBeLessThan(400 * 0.1)
  })
})

describe('the trend of a history', () => {
  test('is that of live bytes, per second, whatever the buckets', () => {
    const history = new MemoryHistory({ seconds: 60 })
    for (let second = 0; second < 1_800; second++) {
      const liveBytes = 1_000 + 4 * second
      history.push(sampleAt(begin + second * 1_000, { liveBytes, usedBytes: liveBytes + 50 }))
    }
    for (const window of [30_000, 900_000, 3_600_000]) {
      const { perSecond, direction } = history.trend(window)
      expect(perSecond).toBeCloseTo(4, 5)
      expect(direction).toBe('rising')
    }
  })

  test('is that of another field on demand', () => {
    const history = new MemoryHistory()
    for (let second = 0; second < 20; second++)
      history.push(sampleAt(begin + second * 1_000, { rssBytes: 500 - 3 * second }))
    expect(history.trend(60_000, 'rssBytes')).toMatchObject({ perSecond: -3, direction: 'falling' })
    expect(history.trend(60_000)).toMatchObject({ direction: 'steady', observations: 1 })
  })

  test('refuses a window that is none', () => {
    expect(() => new MemoryHistory().trend(-1)).toThrow('`window` must be a positive number')
  })
})
