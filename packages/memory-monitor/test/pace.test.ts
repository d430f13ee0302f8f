import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nextDelay, Pace, type PaceFacts } from '../src/pace.ts'

const calm: PaceFacts = {
  level: 'normal',
  warning: 0.7,
  upper: 0.3,
  growth: 0,
  interval: 1_000,
  fastInterval: 200,
}

describe('nextDelay', () => {
  it('is the interval while all is well', () => {
    expect(nextDelay(calm)).toBe(1_000)
    expect(nextDelay({ ...calm, growth: -5 })).toBe(1_000)
    expect(nextDelay({ ...calm, growth: 0.05 })).toBe(1_000)
  })

  it('is the fast one above normal and within ten points of warning', () => {
    expect(nextDelay({ ...calm, level: 'warning' })).toBe(200)
    expect(nextDelay({ ...calm, upper: 0.6 })).toBe(200)
    expect(nextDelay({ ...calm, upper: 0.59 })).toBe(1_000)
  })

  it('fits four measurements in before warning when the heap fills fast', () => {
    // 40 points at 20 points a second: two seconds.
    expect(nextDelay({ ...calm, growth: 0.2 })).toBeCloseTo(500)
    expect(nextDelay({ ...calm, growth: 10 })).toBe(200)
  })

  it('always lies between the two, and never grows with the growth', () => {
    const share = fc.double({ min: 0, max: 2, noNaN: true })
    const rate = fc.double({ min: -10, max: 100, noNaN: true })
    fc.assert(
      fc.property(share, rate, rate, (upper, one, other) => {
        const [slow, fast] = one < other ? [one, other] : [other, one]
        const late = nextDelay({ ...calm, upper, growth: slow })
        const early = nextDelay({ ...calm, upper, growth: fast })
        expect(late).toBeLessThanOrEqual(1_000)
        expect(early).toBeGreaterThanOrEqual(200)
        expect(early).toBeLessThanOrEqual(late)
      }),
    )
  })
})

describe('Pace', () => {
  it('goes by the growth since the last measurement, and not by what a collection freed', () => {
    const pace = new Pace(calm)
    pace.observe(0.3, 0)
    expect(pace.delay('normal', 0.7)).toBe(1_000)
    pace.observe(0.5, 1_000)
    // 20 points away at 20 points a second.
    expect(pace.delay('normal', 0.7)).toBeCloseTo(250)
    pace.observe(0.3, 2_000)
    expect(pace.delay('normal', 0.7)).toBeCloseTo(500)
    pace.observe(0.3, 3_000)
    expect(pace.delay('normal', 0.7)).toBe(1_000)
  })

  it('is not misled by two measurements at one time, or by a clock that goes back', () => {
    const pace = new Pace(calm)
    pace.observe(0.3, 1_000)
    pace.observe(0.5, 1_000)
    expect(pace.delay('normal', 0.7)).toBe(1_000)
    pace.observe(0.5, 0)
    expect(pace.delay('normal', 0.7)).toBe(1_000)
  })
})
