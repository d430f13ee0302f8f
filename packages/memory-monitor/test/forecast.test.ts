import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CeilingInterval, exactCeiling, heapCeiling } from '../src/forecast/ceiling.ts'
import { alarmHorizon, forecastSignal } from '../src/forecast/forecast-signal.ts'
import { Forecaster } from '../src/forecast/forecaster.ts'
import type { MemoryForecast } from '../src/forecast/memory-forecast.ts'
import { pressureForecasts } from '../src/forecast/pressure-forecasts.ts'
import { thresholds } from './forecast-heap.ts'

describe('the ceiling of a heap', () => {
  const mib = 2 ** 20
  const facts = { deathPointBytes: 128 * mib, ratio: 0.5, programShare: 1 }

  test('is where less than a young generation is left, if that is over 80 %', () => {
    expect(heapCeiling({ ...facts, youngBytes: 16 * mib })).toEqual({
      earliest: 0.875,
      expected: 0.98,
      latest: 1,
    })
  })

  test('is 80 % where the heap is crowded before that', () => {
    const { earliest, expected } = heapCeiling({ ...facts, youngBytes: 64 * mib })
    expect(earliest).toBe(0.8)
    expect(expected).toBeLessThan(0.95)
  })

  test('is expected near the cap where a crowded heap leaves the program its time', () => {
    const crowded = { ...facts, youngBytes: 64 * mib, ratio: 0.78 }
    expect(heapCeiling({ ...crowded, programShare: 0.8 }).expected).toBe(0.98)
    expect(heapCeiling({ ...crowded, programShare: 0.4 }).expected).toBeLessThan(0.95)
  })

  test('is expected near the cap once the heap has outlived the mark at which V8 gives up', () => {
    const crowded = { ...facts, youngBytes: 64 * mib, programShare: 0.4 }
    expect(heapCeiling({ ...crowded, ratio: 0.83 }).expected).toBeLessThan(0.95)
    expect(heapCeiling({ ...crowded, ratio: 0.85 }).expected).toBe(0.98)
  })

  test('is an ordered interval from 80 to 100 % whatever the facts', () => {
    const number = fc.double({ min: 0, max: 1e12, noNaN: true })
    fc.assert(
      fc.property(
        number,
        fc.double({ min: 1, max: 1e12, noNaN: true }),
        number,
        number,
        (...given) => {
          const [youngBytes, deathPointBytes, ratio, programShare] = given
          const ceiling = heapCeiling({ youngBytes, deathPointBytes, ratio, programShare })
          const { earliest, expected, latest } = ceiling
          expect(earliest).toBeGreaterThanOrEqual(0.8)
          expect(expected).toBeGreaterThanOrEqual(earliest)
          expect(latest).toBeGreaterThanOrEqual(expected)
          expect(latest).toBeLessThanOrEqual(1)
        },
      ),
    )
  })
})

/** A forecast of a share that grows evenly from `from` by `rate` a second for 10 s. */
function forecastOf(
  from: number,
  rate: number,
  ceiling: CeilingInterval = exactCeiling,
): MemoryForecast | undefined {
  const forecaster = new Forecaster('heap')
  for (let at = 0; at <= 10_000; at += 500) forecaster.observe(from + (at / 1_000) * rate, at)
  return forecaster.forecast({ now: 10_000, date: 5, upper: 1, ceiling, thresholds })
}

describe('a forecast', () => {
  test('tells when each level and the end will come', () => {
    const forecast = forecastOf(0.3, 0.01)
    expect(forecast?.at).toBe(5)
    expect(forecast?.ratio).toBeCloseTo(0.4)
    expect(forecast?.growthPerSecond.likely).toBeCloseTo(0.01)
    expect(forecast?.warning.expected).toBeCloseTo(30_000, -2)
    expect(forecast?.critical.expected).toBeCloseTo(45_000, -2)
    expect(forecast?.emergency.expected).toBeCloseTo(55_000, -2)
    expect(forecast?.death.expected).toBeCloseTo(60_000, -2)
    expect(forecast?.death.earliest).toBeGreaterThan(45_000)
    expect(forecast?.death.latest).toBeLessThan(120_000)
  })

  test('is not made of what stays, falls or has just begun', () => {
    expect(forecastOf(0.5, 0)).toBeUndefined()
    expect(forecastOf(0.5, -0.01)).toBeUndefined()
    expect(forecastOf(0.5, 0.000_5)).toBeUndefined()
    const forecaster = new Forecaster('heap')
    for (const at of [0, 300, 600, 900]) forecaster.observe(at / 2_000, at)
    const facts = { now: 900, date: 5, upper: 1, ceiling: exactCeiling, thresholds }
    expect(forecaster.forecast(facts)).toBeUndefined()
  })

  test('goes on between two points, but not beyond what is used', () => {
    const forecaster = new Forecaster('heap')
    for (let at = 0; at <= 10_000; at += 500) forecaster.observe(0.3 + at * 0.000_01, at)
    const at = { now: 20_000, date: 5, ceiling: exactCeiling, thresholds }
    expect(forecaster.forecast({ ...at, upper: 1 })?.projected).toBeCloseTo(0.5)
    expect(forecaster.forecast({ ...at, upper: 0.48 })?.projected).toBe(0.48)
    // So much less than the trend says: whatever grew has ended.
    expect(forecaster.forecast({ ...at, upper: 0.44 })).toBeUndefined()
  })
})

describe('the signal of a forecast', () => {
  const crowded: CeilingInterval = { earliest: 0.8, expected: 0.83, latest: 1 }

  test('is critical when the end may come within the horizon, and never worse', () => {
    const forecast = forecastOf(0.48, 0.02, crowded)
    if (forecast === undefined) throw new Error('no forecast')
    expect(forecastSignal(forecast, thresholds)).toMatchObject({
      name: 'forecast',
      lower: thresholds.critical,
      upper: thresholds.critical,
      confidence: 'estimated',
      reason: 'the heap is 68.0 % full and grows by 2.0 % a second: it may end in 6.0 s, at 80.0 %',
    })
    const nearer = forecastOf(0.6, 0.038, exactCeiling)
    if (nearer === undefined) throw new Error('no forecast')
    expect(forecastSignal(nearer, thresholds)?.lower).toBe(thresholds.critical)
  })

  test('does not come while the heap is no fuller than a service that has warmed up', () => {
    const forecast = forecastOf(0.1, 0.05, crowded)
    if (forecast === undefined) throw new Error('no forecast')
    expect(forecast.untilCeiling).toBeLessThan(alarmHorizon)
    expect(forecastSignal(forecast, thresholds)).toBeUndefined()
  })

  test('holds a little beyond the horizon once it is up', () => {
    const forecast = forecastOf(0.6, 0.01, crowded)
    if (forecast === undefined) throw new Error('no forecast')
    expect(forecastSignal(forecast, thresholds, 8_000)).toBeUndefined()
    expect(forecastSignal(forecast, thresholds, 8_000, true)).toBeDefined()
    expect(forecastSignal(forecast, thresholds, 4_000, true)).toBeUndefined()
  })
})

test('the bus hears of each level that is still to come, and of the end', () => {
  const forecast = forecastOf(0.3, 0.01)
  if (forecast === undefined) throw new Error('no forecast')
  const events = pressureForecasts('memory-monitor', 'warning', forecast)
  expect(events.map(({ level }) => level)).toEqual(['critical', 'emergency', 'death'])
  expect(events[2]).toEqual({ source: 'memory-monitor', level: 'death', at: 5, ...forecast.death })
})
