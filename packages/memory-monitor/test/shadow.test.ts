import { LevelMachine, levelRank, type PressureLevel, pressureLevels } from '@cultus/core'
import { FakeClock } from '@cultus/core/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ShadowLevels, shadowSettings } from '../src/tuning/shadow-levels.ts'
import type { ShadowEvent } from '../src/tuning/shadow-report.ts'

const anyOperation = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(
        fc.double({ min: 0, max: 1.1, noNaN: true }),
        fc.double({ min: 0, max: 1.1, noNaN: true }),
      )
      .map(([one, other]) => ({ lower: Math.min(one, other), upper: Math.max(one, other) })),
  },
  {
    weight: 4,
    arbitrary: fc
      .double({ min: 0, max: 1, noNaN: true })
      .map((ratio) => ({ lower: ratio, upper: ratio })),
  },
)
const anyTime = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: 0, max: 10_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: -50_000, max: 500_000 }) },
)

/** An exact reading. */
function exactly(ratio: number): { readonly lower: number; readonly upper: number } {
  return { lower: ratio, upper: ratio }
}

describe('a shadow set', () => {
  test('has the levels that a machine with its thresholds has, and keeps count of both', () => {
    const thresholds = { warning: 0.5, critical: 0.6, emergency: 0.9 }
    fc.assert(
      fc.property(fc.array(fc.tuple(anyTime, anyOperation), { maxLength: 80 }), (operations) => {
        const clock = new FakeClock(100_000)
        const actual = new LevelMachine({ clock })
        const alone = new LevelMachine({ clock })
        const twin = new LevelMachine({ clock, thresholds })
        const shadow = new ShadowLevels({ clock, thresholds })
        let levels: readonly [PressureLevel, PressureLevel] | undefined
        let differing = 0
        let worse = 0
        let changes = 0
        let stretches = 0
        for (const [time, reading] of operations) {
          clock.jump(time)
          if (levels !== undefined && levels[0] !== levels[1]) {
            differing += Math.max(0, time)
            if (levelRank(levels[0]) > levelRank(levels[1])) worse += Math.max(0, time)
          }
          actual.observe(reading)
          const expected = twin.observe(reading)
          const event = shadow.observe(reading, actual.level)
          const differed = levels !== undefined && levels[0] !== levels[1]
          if (twin.level !== actual.level && !differed) stretches++
          levels = [twin.level, actual.level]

          if (expected !== undefined) changes++
          expect(event?.level).toBe(expected?.to)
          expect(event?.previous).toBe(expected?.from)
          expect(shadow.level).toBe(twin.level)
          // What is in force is what it would be without a shadow.
          alone.observe(reading)
          expect(actual.level).toBe(alone.level)

          const { shadow: would, actual: did, disagreements } = shadow.snapshot()
          expect(would).toMatchObject({ level: twin.level, transitions: changes })
          expect(did.level).toBe(actual.level)
          expect(disagreements.total).toBe(differing)
          expect(disagreements.shadowWorse).toBe(worse)
          expect(disagreements.shadowBetter).toBe(differing - worse)
          expect(disagreements.count).toBe(stretches)
          expect(disagreements.recent.length).toBe(Math.min(stretches, disagreements.recent.length))
          expect(disagreements.recent.length).toBeLessThanOrEqual(32)
          expect(disagreements.longest).toBeLessThanOrEqual(differing)
          expect(sum(would.time)).toBe(sum(did.time))
        }
      }),
    )
  })

  test('leaves nothing behind: no timer, and nothing to stop', () => {
    const clock = new FakeClock()
    const shadow = new ShadowLevels({ clock })
    for (let second = 0; second < 100; second++) {
      shadow.observe(exactly((second % 10) / 10), 'normal')
      clock.advance(1_000)
      expect(clock.pendingTimers).toBe(0)
    }
  })

  test('tells when it would have warned, and how much earlier', () => {
    const clock = new FakeClock()
    const actual = new LevelMachine({ clock })
    const shadow = new ShadowLevels({ clock, thresholds: { warning: 0.5 } })
    const events: ShadowEvent[] = []
    for (let second = 0; second <= 30; second++) {
      const reading = exactly(0.4 + second / 100)
      actual.observe(reading)
      const event = shadow.observe(reading, actual.level)
      if (event !== undefined) events.push(event)
      clock.advance(1_000)
    }
    const start = Date.UTC(2026, 0, 1)
    expect(events).toEqual([
      { level: 'warning', previous: 'normal', actual: 'normal', ratio: 0.5, at: start + 10_000 },
    ])
    expect(shadow.snapshot()).toMatchObject({
      thresholds: { warning: 0.5, critical: 0.85, emergency: 0.95 },
      shadow: { level: 'warning', transitions: 1, entries: { warning: 1, critical: 0 } },
      actual: { level: 'warning', transitions: 1, entries: { warning: 1, critical: 0 } },
      disagreements: {
        count: 1,
        total: 20_000,
        longest: 20_000,
        shadowWorse: 20_000,
        shadowBetter: 0,
        recent: [{ at: start + 10_000, duration: 20_000, shadow: 'warning', actual: 'normal' }],
      },
    })
  })

  test('counts every level that a steep rise passes', () => {
    const shadow = new ShadowLevels({ clock: new FakeClock() })
    shadow.observe(exactly(0.99), 'critical')
    const { shadow: would, actual } = shadow.snapshot()
    expect(would.entries).toEqual({ warning: 1, critical: 1, emergency: 1 })
    expect(actual.entries).toEqual({ warning: 1, critical: 1, emergency: 0 })
  })

  test('shows the disagreement that still lasts', () => {
    const clock = new FakeClock()
    const shadow = new ShadowLevels({ clock, thresholds: { warning: 0.8 } })
    shadow.observe(exactly(0.75), 'warning')
    clock.advance(5_000)
    shadow.observe(exactly(0.75), 'warning')
    expect(shadow.snapshot().disagreements).toMatchObject({
      count: 1,
      total: 5_000,
      shadowBetter: 5_000,
      recent: [{ duration: 5_000, shadow: 'normal', actual: 'warning' }],
    })
  })

  test('keeps the last 32 disagreements, and the sum of all', () => {
    const clock = new FakeClock()
    const dwell = { fall: 0, longest: 0, relapse: 0 }
    const shadow = new ShadowLevels({ clock, dwell })
    for (let time = 0; time < 100; time++) {
      shadow.observe(exactly(0.75), 'normal')
      clock.advance(1_000)
      shadow.observe(exactly(0.1), 'normal')
      clock.advance(1_000)
    }
    const { disagreements } = shadow.snapshot()
    expect(disagreements).toMatchObject({ count: 100, total: 100_000, longest: 1_000 })
    expect(disagreements.recent).toHaveLength(31)
    expect(disagreements.recent.at(-1)?.at).toBe(Date.UTC(2026, 0, 1) + 198_000)
  })

  test('refuses a reading that is none, and is as it was', () => {
    const shadow = new ShadowLevels({ clock: new FakeClock() })
    shadow.observe(exactly(0.9), 'critical')
    const before = shadow.snapshot()
    expect(() => shadow.observe({ lower: 2, upper: 1 }, 'normal')).toThrow('a reading must satisfy')
    expect(shadow.snapshot()).toEqual(before)
  })

  test('is refused with thresholds that could never clear', () => {
    expect(() => new ShadowLevels({ thresholds: { warning: 0.05 } })).toThrow('could never clear')
    expect(() => new ShadowLevels({ thresholds: { critical: 0.6 } })).toThrow(
      '`thresholds.critical`',
    )
  })

  test('hands out copies', () => {
    const shadow = new ShadowLevels({ clock: new FakeClock() })
    const before = shadow.snapshot()
    shadow.observe(exactly(0.9), 'critical')
    expect(before.shadow.entries).toEqual({ warning: 0, critical: 0, emergency: 0 })
    expect(pressureLevels.every((level) => before.shadow.time[level] === 0)).toBe(true)
  })
})

describe('the settings of a shadow set', () => {
  const inForce = {
    thresholds: { warning: 0.72, critical: 0.88 },
    hysteresis: 0.04,
    restingRatio: 0.4,
    dwell: { fall: 2_000 },
  }

  test('are those in force, but for what is given', () => {
    expect(shadowSettings({}, inForce)).toEqual(inForce)
    expect(shadowSettings({ warning: 0.6, hysteresis: 0.06 }, inForce)).toEqual({
      ...inForce,
      thresholds: { warning: 0.6, critical: 0.88 },
      hysteresis: 0.06,
    })
    expect(shadowSettings({ dwell: { fall: 9 } }, {})).toEqual({
      thresholds: {},
      dwell: { fall: 9 },
    })
  })

  test('leave those in force as they are', () => {
    const before = structuredClone(inForce)
    shadowSettings({ warning: 0.6, critical: 0.7 }, inForce)
    expect(inForce).toEqual(before)
  })
})

function sum(time: Readonly<Record<PressureLevel, number>>): number {
  return pressureLevels.reduce((total, level) => total + time[level], 0)
}
