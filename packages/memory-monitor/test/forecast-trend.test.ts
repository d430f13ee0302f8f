import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bendOf } from '../src/forecast/bend.ts'
import { Series } from '../src/forecast/series.ts'
import { trendOf } from '../src/forecast/trend.ts'
import { random } from './forecast-heap.ts'

const seconds = (count: number): number[] =>
  Array.from({ length: count }, (_, index) => index * 1_000)

describe('a trend', () => {
  test('is the line itself where the points lie on one', () => {
    const times = seconds(10)
    const trend = trendOf(
      times,
      times.map((time) => 0.3 + time * 0.000_02),
    )
    expect(trend?.slope.likely).toBeCloseTo(0.000_02)
    expect(trend?.slope.least).toBeCloseTo(0.000_02)
    expect(trend?.slope.most).toBeCloseTo(0.000_02)
    expect(trend?.intercept).toBeCloseTo(0.3)
    expect(trend?.scatter).toBeCloseTo(0)
    expect(trend?.rising).toBe(true)
  })

  test('is not moved by a wild point', () => {
    const times = seconds(12)
    const values = times.map((time, index) => (index === 9 ? 5 : time * 0.000_01))
    expect(trendOf(times, values)?.slope.likely).toBeCloseTo(0.000_01, 6)
  })

  test('needs four points', () => {
    expect(trendOf(seconds(3), [0.1, 0.2, 0.3])).toBeUndefined()
  })

  test('seldom rises where nothing does', () => {
    const next = random(5)
    let rising = 0
    for (let run = 0; run < 1_000; run++) {
      const times = seconds(4 + Math.floor(next() * 20))
      if (trendOf(times, times.map(next))?.rising) rising++
    }
    expect(rising).toBeLessThan(60)
  })

  test('holds the true slope in about nine intervals of ten', () => {
    const next = random(11)
    let held = 0
    for (let run = 0; run < 1_000; run++) {
      const times = seconds(8 + Math.floor(next() * 16))
      const { slope } =
        trendOf(
          times,
          times.map((time) => time * 0.000_01 + next() * 0.05),
        ) ?? {}
      if (slope !== undefined && slope.least <= 0.000_01 && 0.000_01 <= slope.most) held++
    }
    expect(held).toBeGreaterThan(850)
  })

  test('has ordered finite bounds whatever the values', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 10, noNaN: true }), { maxLength: 30 }),
        (values) => {
          const trend = trendOf(seconds(values.length), values)
          if (trend === undefined) return
          const { least, likely, most } = trend.slope
          expect([least, likely, most].every(Number.isFinite)).toBe(true)
          expect(least).toBeLessThanOrEqual(likely)
          expect(likely).toBeLessThanOrEqual(most)
          expect(trend.scatter).toBeGreaterThanOrEqual(0)
        },
      ),
    )
  })
})

describe('a bend', () => {
  const times = seconds(16)

  test('is found where growth slows down, and where it speeds up', () => {
    for (const [before, after] of [
      [0.05, 0.01],
      [0, 0.03],
    ] as const) {
      const values = times.map(
        (_, second) => Math.min(second, 8) * before + Math.max(0, second - 8) * after,
      )
      expect(bendOf(times, values)).toBeGreaterThanOrEqual(7)
      expect(bendOf(times, values)).toBeLessThanOrEqual(9)
    }
  })

  test('is not seen in a straight line with noise', () => {
    const next = random(3)
    let seen = 0
    for (let run = 0; run < 500; run++)
      if (
        bendOf(
          times,
          times.map((_, second) => second * 0.01 + next() * 0.02),
        ) !== undefined
      )
        seen++
    expect(seen).toBeLessThan(25)
  })

  test('needs points on both sides', () => {
    expect(bendOf(seconds(4), [0, 1, 1, 1])).toBeUndefined()
  })
})

describe('a series', () => {
  test('reaches back over a minute in a fixed number of points', () => {
    const series = new Series()
    for (let at = 0; at <= 300_000; at += 100) {
      series.add(0.2 + at * 0.000_001, at)
      expect(series.size).toBeLessThanOrEqual(24)
    }
    expect(series.span).toBeGreaterThan(40_000)
    expect(series.trend?.slope.likely).toBeCloseTo(0.000_001, 8)
  })

  test('forgets the steep start of a process', () => {
    const series = new Series()
    for (let at = 0; at <= 20_000; at += 500)
      series.add(at < 2_000 ? at * 0.000_2 : 0.4 + (at - 2_000) * 0.000_01, at)
    expect(series.trend?.slope.likely).toBeCloseTo(0.000_01, 6)
  })

  test('counts the least of several points that lie close', () => {
    const series = new Series()
    for (const value of [0.5, 0.4, 0.6]) series.add(value, 10)
    expect(series.size).toBe(1)
    expect(series.latest).toBe(0.4)
  })

  test('begins anew with a clock that went back', () => {
    const series = new Series()
    for (const at of [1_000, 2_000, 3_000, 500]) series.add(0.5, at)
    expect(series.size).toBe(1)
    expect(series.latestAt).toBe(500)
  })
})
