import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CeilingInterval, exactCeiling, heapCeiling } from '../src/forecast/ceiling.ts'
import type { ForecastInterval, MemoryForecast } from '../src/forecast/memory-forecast.ts'
import { Outlook } from '../src/forecast/outlook.ts'
import { thresholds } from './forecast-heap.ts'

/** Each interval of a forecast, in the order in which they come. */
function checked(forecast: MemoryForecast): void {
  const { warning, critical, emergency, death, growthPerSecond } = forecast
  let before: ForecastInterval = { earliest: 0, expected: 0, latest: 0 }
  for (const each of [warning, critical, emergency, death]) {
    expect(each.earliest).toBeLessThanOrEqual(each.expected)
    expect(each.expected).toBeLessThanOrEqual(each.latest)
    for (const bound of ['earliest', 'expected', 'latest'] as const)
      expect(each[bound]).toBeGreaterThanOrEqual(before[bound])
    before = each
  }
  // Only the latest may never come.
  expect(Number.isFinite(death.expected)).toBe(true)
  expect(growthPerSecond.likely).toBeGreaterThan(0)
  for (const share of [forecast.ratio, forecast.projected])
    expect(share >= 0 && Number.isFinite(share)).toBe(true)
}

test('an outlook keeps its promises after every step, whatever it is shown', {
  timeout: 60_000,
}, () => {
  let forecasts = 0
  const share = fc.oneof(
    { weight: 8, arbitrary: fc.double({ min: 0, max: 1.2, noNaN: true }) },
    { weight: 1, arbitrary: fc.constantFrom(Number.NaN, -1, Number.POSITIVE_INFINITY, 1e300) },
  )
  const shown = fc.record({
    passed: fc.oneof(
      { weight: 24, arbitrary: fc.nat(3_000) },
      { weight: 1, arbitrary: fc.integer({ min: -100_000, max: 4_000_000 }) },
    ),
    ratio: share,
    rise: fc.oneof(
      { weight: 40, arbitrary: fc.integer({ min: 5, max: 15 }).map((rise) => rise / 1_000) },
      { weight: 1, arbitrary: fc.double({ min: -0.3, max: 0.3, noNaN: true }) },
    ),
    upper: share,
    stale: fc.integer({ min: 0, max: 4 }),
    young: fc.double({ min: 0, max: 1, noNaN: true }),
    container: fc.option(share, { nil: undefined }),
  })
  fc.assert(
    fc.property(
      fc.array(shown, { maxLength: 60, size: 'max' }),
      fc.boolean(),
      (steps, trending) => {
        const outlook = new Outlook()
        let now = 1_000
        let ratio = 0.3
        let confirmedAt = 0
        for (const { passed, rise, upper, stale, young, container, ...step } of steps) {
          now += passed
          ratio = trending ? Math.max(0, ratio + rise) : step.ratio
          if (stale > 0) confirmedAt = now
          const ceiling = heapCeiling({
            youngBytes: young,
            deathPointBytes: 1,
            ratio,
            programShare: 1,
          })
          outlook.observe({
            now,
            date: 0,
            thresholds,
            heap: { ratio, confirmedAt, upper, ceiling },
            container,
          })
          const { forecast, signal } = outlook
          if (forecast !== undefined) {
            checked(forecast)
            forecasts++
          }
          if (signal !== undefined) {
            expect(signal.lower).toBe(thresholds.critical)
            expect(signal.ratio).toBeGreaterThanOrEqual(0.65 - 0.1)
          }
        }
      },
    ),
    { numRuns: 200 },
  )
  // Or nothing was checked.
  expect(forecasts).toBeGreaterThan(500)
})

describe('an outlook', () => {
  const heap = { ratio: 0.2, confirmedAt: 0, upper: 0.3, ceiling: exactCeiling }

  test('follows the container as well, and tells of what ends first', () => {
    const outlook = new Outlook()
    for (let now = 0; now <= 10_000; now += 500)
      outlook.observe({ now, date: 0, thresholds, heap, container: 0.6 + now * 0.000_03 })
    expect(outlook.forecast?.signal).toBe('container')
    expect(outlook.signal?.reason).toContain('the container is 90.0 % full')
    // A collection of the heap proves nothing of the container.
    expect(outlook.wantsProof).toBe(false)
    outlook.observe({ now: 10_500, date: 0, thresholds, heap })
    expect(outlook.forecast).toBeUndefined()
    expect(outlook.signal).toBeUndefined()
  })

  test('asks for a collection where the trend has passed what is confirmed', () => {
    const outlook = new Outlook()
    const ceiling: CeilingInterval = { earliest: 0.8, expected: 0.83, latest: 1 }
    const show = (now: number, ratio: number, confirmedAt: number, proof = false): void => {
      const heap = { ratio, confirmedAt, upper: 0.9, ceiling }
      outlook.observe({ now, date: 0, thresholds, heap }, proof)
    }
    for (let now = 0; now <= 6_000; now += 500) show(now, 0.3 + now * 0.000_04, now)
    expect(outlook.wantsProof).toBe(false)
    show(9_000, 0.54, 6_000)
    expect(outlook.wantsProof).toBe(true)
    expect(outlook.signal).toBeUndefined()
    show(9_000, 0.66, 9_000)
    expect(outlook.signal).toBeDefined()
    // And once more, before anybody acts on it: until there is a proof, however long that takes.
    expect(outlook.wantsProof).toBe(true)
    show(9_200, 0.66, 9_000)
    expect(outlook.wantsProof).toBe(true)
    show(9_300, 0.66, 9_300, true)
    expect(outlook.signal).toBeDefined()
    expect(outlook.wantsProof).toBe(false)
  })

  test('is not blind to a heap that ends soon while a container ends sooner, but is far from it', () => {
    const outlook = new Outlook()
    for (let now = 0; now <= 10_000; now += 500) {
      const ratio = 0.82 + now * 0.000_01
      const container = 0.1 + now * 0.000_06
      const heap = { ratio, confirmedAt: now, upper: 1, ceiling: exactCeiling }
      outlook.observe({ now, date: 0, thresholds, heap, container })
    }
    // The container would be full first at this pace, and is not yet near enough to count.
    expect(outlook.forecast?.signal).toBe('container')
    expect(outlook.signal?.of).toBe('heap')
  })

  test('does not alarm again by what a proof has shown to be left lying', () => {
    const outlook = new Outlook()
    const ceiling: CeilingInterval = { earliest: 0.8, expected: 0.92, latest: 1 }
    const show = (now: number, ratio: number, proof = false): void => {
      const heap = { ratio, confirmedAt: now, upper: 0.9, ceiling }
      outlook.observe({ now, date: 0, thresholds, heap }, proof)
    }
    for (let now = 0; now <= 9_500; now += 500) show(now, 0.465 + now * 0.000_02)
    expect(outlook.signal).toBeDefined()
    expect(outlook.wantsProof).toBe(true)
    show(9_550, 0.63, true)
    expect(outlook.signal).toBeUndefined()
    show(10_500, 0.665)
    expect(outlook.signal).toBeUndefined()
    // What grows all the same alarms a little later.
    show(11_000, 0.685)
    expect(outlook.signal).toBeDefined()
  })
})
