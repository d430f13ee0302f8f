import { describe, expect, test, vi } from 'vitest'
import { random, type SimulatedHeap, watch } from './forecast-heap.ts'

/** Growth from 40 % at a rate per second, after a steep start and a rest as services have them. */
const leak =
  (rate: number) =>
  (at: number): number =>
    at < 1_600 ? at * 0.000_25 : 0.4 + (Math.max(0, at - 3_600) / 1_000) * rate

const reaches = (rate: number, ceiling: number): number => 3_600 + ((ceiling - 0.4) / rate) * 1_000

const seeds = Array.from({ length: 20 }, (_, index) => index * 7 + 1)

// Hours of simulated time.
vi.setConfig({ testTimeout: 60_000 })

describe('a leak', () => {
  const rates = [
    [0.01, 5_000],
    [0.02, 5_000],
    [0.05, 2_000],
  ] as const
  const youngs = [
    ['roomy', 0.5, 0.8],
    ['average', 0.25, 0.8],
    ['small', 0.125, 0.875],
    ['least', 0.06, 0.94],
  ] as const
  for (const [rate, lead] of rates) {
    for (const [name, young, ceiling] of youngs) {
      test(`of ${rate * 100} % a second alarms in time, with a ${name} young generation`, () => {
        const end = reaches(rate, ceiling)
        for (const seed of seeds) {
          const churn = 0.04 + 0.01 * (seed % 20)
          const heap = { live: leak(rate), churn, young, seed, duration: end }
          const { alarmAt } = watch(heap)
          expect(end - alarmAt, `seed ${seed}`).toBeGreaterThanOrEqual(lead)
          // Under 65 % it would be a guess.
          expect(alarmAt).toBeGreaterThan(reaches(rate, 0.62))
        }
      })
    }
  }

  test('is forecast within a quarter of the truth, and inside nine intervals of ten', () => {
    const errors: number[] = []
    let covered = 0
    for (const seed of seeds) {
      const rate = 0.004 + 0.001 * (seed % 17)
      const end = reaches(rate, 0.98)
      const heap: SimulatedHeap = {
        live: leak(rate),
        churn: 0.1,
        young: 0.1,
        floating: 0.02,
        seed,
        duration: end,
      }
      watch(heap, ({ forecast }, at) => {
        const left = end - at
        if (forecast === undefined || left < 10_000 || left > 120_000) return
        const { earliest, expected, latest } = forecast.death
        errors.push(Math.abs(expected - left) / left)
        if (earliest <= left && left <= latest) covered++
      })
    }
    errors.sort((a, b) => a - b)
    expect(errors.length).toBeGreaterThan(1_000)
    expect(errors[errors.length >> 1]).toBeLessThan(0.25)
    expect(covered / errors.length).toBeGreaterThan(0.85)
  })
})

describe('a healthy process never alarms', () => {
  test('that holds a quarter to a half over high churn, for ten minutes', () => {
    for (const seed of seeds) {
      const next = random(seed)
      const phase = next() * 60_000
      const wave = 20_000 + next() * 60_000
      const live = (at: number): number => 0.375 + 0.125 * Math.sin((at + phase) / wave)
      const { alarmAt, collections } = watch({
        live,
        churn: 0.3,
        young: 0.25,
        seed,
        duration: 600_000,
      })
      expect(alarmAt).toBe(Number.POSITIVE_INFINITY)
      expect(collections).toBeGreaterThan(100)
    }
  })

  test('that warms up to a plateau at 60 %, however fast', () => {
    for (const seed of seeds) {
      const ramp = 5_000 + (seed % 11) * 5_500
      const live = (at: number): number => 0.6 * Math.min(1, at / ramp)
      const heap = {
        live,
        churn: 0.15,
        young: seed % 2 === 0 ? 0.25 : 0.5,
        seed,
        duration: 180_000,
      }
      expect(watch(heap).alarmAt).toBe(Number.POSITIVE_INFINITY)
    }
  })

  test('that hovers about 70 % without growing', () => {
    let alarms = 0
    for (const seed of seeds) {
      const live = (at: number): number => 0.7 + 0.02 * Math.sin(at / 4_000)
      const { alarmAt } = watch({ live, churn: 0.2, young: 0.2, seed, duration: 300_000 })
      if (alarmAt < Number.POSITIVE_INFINITY) alarms++
    }
    expect(alarms).toBe(0)
  })
})

test('an alarm ends with the growth', () => {
  const live = (at: number): number => Math.min(0.72, 0.3 + at * 0.000_03)
  const { outlook, alarmAt } = watch({ live, churn: 0.2, young: 0.25, duration: 60_000 })
  expect(alarmAt).toBeLessThan(Number.POSITIVE_INFINITY)
  expect(outlook.signal).toBeUndefined()
})
