import { elevatedLevels, resolveLevelOptions } from '@cultus/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { HistorySample } from '../src/history/history-sample.ts'
import { MemoryHistory } from '../src/history/memory-history.ts'
import { recommend } from '../src/tuning/recommend.ts'
import { adviseThresholds } from '../src/tuning/threshold-advice.ts'
import { sampleAt } from './history-model.ts'

const begin = Date.UTC(2026, 0, 1)
const mib = 2 ** 20
const deathPointBytes = 512 * mib

interface Load {
  readonly seconds: number
  /** Live MiB at a second. */
  readonly live: (second: number) => number
  /** Seconds from one collection to the next, and MiB that come in each second. */
  readonly every?: number
  readonly promoted?: number
  readonly fields?: Partial<HistorySample>
}

/** What a monitor with a death point of 512 MiB sees of a load. */
function seen({ seconds, live, every = 5, promoted = 10, fields }: Load): MemoryHistory {
  const history = new MemoryHistory()
  for (let second = 0; second < seconds; second++) {
    const sinceMajor = second % every
    const liveBytes = live(second - sinceMajor) * mib
    const usedBytes = liveBytes + sinceMajor * promoted * mib
    const ratio = liveBytes / deathPointBytes
    const upperRatio = usedBytes / deathPointBytes
    const at = begin + second * 1_000
    const majors = Math.floor(second / every)
    history.push(sampleAt(at, { liveBytes, usedBytes, ratio, upperRatio, majors, ...fields }))
  }
  return history
}

/** A service with 180 MiB at rest, give or take five, for two hours. */
const steady: Load = { seconds: 7_200, live: (second) => 180 + (second % 11) - 5 }

describe('the heap that is recommended', () => {
  test('is a little over what was live, and one in which rest stays under the mark of warning', () => {
    const { confidence, heap, load, reasons } = recommend(seen(steady), { deathPointBytes })
    expect(confidence).toBe('high')
    expect(load?.livePeakBytes).toBe(185 * mib)
    const { smallest, advised } = heap ?? expect.fail()
    expect(smallest.mebibytes).toBeGreaterThan(185 * 1.08)
    expect(smallest.mebibytes).toBeLessThan(185 * 1.25)
    expect(smallest.flag).toBe(`--max-old-space-size=${smallest.mebibytes}`)
    // 0.7 less the hysteresis of 0.05 and a margin of 0.03.
    expect(advised.mebibytes).toBe(Math.ceil(185 / 0.62))
    expect(advised.restingRatio).toBeLessThan(0.65)
    expect(reasons[0]).toContain(`${smallest.mebibytes} MiB are the least`)
  })

  test('grows with what comes in and with what collecting costs, to a quarter of room at the most', () => {
    const smallest = (promoted: number, gcShare: number): number =>
      recommend(seen({ ...steady, seconds: 600, promoted, fields: { gcShare } }), {
        deathPointBytes,
      }).heap?.smallest.mebibytes ?? 0
    expect(smallest(50, 0.05)).toBeGreaterThan(smallest(5, 0.05))
    expect(smallest(50, 0.1)).toBeGreaterThan(smallest(50, 0.05))
    expect(smallest(5_000, 0.9)).toBe(Math.ceil(185 * 1.25))
  })

  test('is sized for the thresholds in force', () => {
    const { heap } = recommend(seen(steady), {
      deathPointBytes,
      thresholds: { warning: 0.8, critical: 0.9 },
      hysteresis: 0.04,
    })
    expect(heap?.advised.mebibytes).toBe(Math.ceil(185 / 0.73))
  })

  test('goes by the window that is asked for', () => {
    const history = seen({ seconds: 4_000, live: (second) => (second < 3_000 ? 300 : 100) })
    const peak = (window?: number): number =>
      (recommend(history, { deathPointBytes, ...(window !== undefined && { window }) }).load
        ?.livePeakBytes ?? 0) / mib
    expect(peak()).toBe(300)
    expect(peak(600_000)).toBe(100)
  })

  test('is the same from a history that was saved', () => {
    const history = seen(steady)
    const saved = MemoryHistory.fromJSON(JSON.parse(JSON.stringify(history)))
    const { heap, thresholds } = recommend(saved, { deathPointBytes })
    expect({ heap, thresholds }).toEqual({
      heap: recommend(history, { deathPointBytes }).heap,
      thresholds: recommend(history, { deathPointBytes }).thresholds,
    })
  })

  test('is none before the first major collection', () => {
    const history = new MemoryHistory()
    const options = { deathPointBytes }
    expect(recommend(history, options)).toMatchObject({ confidence: 'none' })
    history.push(sampleAt(begin, { liveBytes: 30, usedBytes: 30 }))
    const { confidence, heap, thresholds, reasons } = recommend(history, options)
    expect({ confidence, heap, thresholds }).toEqual({ confidence: 'none' })
    expect(reasons).toEqual([expect.stringContaining('no major collection was seen yet')])
  })
})

describe('the confidence', () => {
  test.each([
    ['low after a few seconds', 20, 'low'],
    ['fair after ten minutes', 600, 'fair'],
    ['high after an hour and more', 4_000, 'high'],
  ])('is %s', (_, seconds, expected) => {
    expect(recommend(seen({ ...steady, seconds }), { deathPointBytes }).confidence).toBe(expected)
  })

  test('is low when the last collection is long ago', () => {
    const history = seen({ ...steady, seconds: 4_000 })
    const { confidence } = recommend(history, { deathPointBytes })
    for (let second = 4_000; second < 9_000; second++) {
      const used = { liveBytes: 180 * mib, usedBytes: (180 + second / 100) * mib, majors: 799 }
      history.push(sampleAt(begin + second * 1_000, used))
    }
    const later = recommend(history, { deathPointBytes })
    expect([confidence, later.confidence]).toEqual(['high', 'low'])
    expect(later.reasons.join()).toContain('more may be live by now than was seen')
  })

  test('is low while live bytes rise, whatever the time', () => {
    const history = seen({ seconds: 4_000, live: (second) => 100 + second / 40 })
    const { confidence, reasons, load } = recommend(history, { deathPointBytes })
    expect(confidence).toBe('low')
    expect(load?.rising).toBe(true)
    expect(reasons.join()).toContain('against a leak no heap is large enough')
  })
})

describe('the thresholds that are recommended', () => {
  test('are the usual ones where rest and growth leave them', () => {
    const { thresholds } = recommend(seen(steady), { deathPointBytes })
    expect(thresholds).toEqual({ warning: 0.7, critical: 0.85, emergency: 0.95 })
  })

  test('lie over what is in use at rest', () => {
    const history = seen({ ...steady, live: () => 360 })
    const { thresholds } = recommend(history, { deathPointBytes })
    expect(thresholds?.warning).toBeGreaterThan(360 / 512 + 0.05)
    expect(() => resolveLevelOptions({ ...thresholds, restingRatio: 360 / 512 })).toBeDefined()
  })

  test('come earlier where memory has grown fast', () => {
    // 300 MiB at rest are no start: from there 50 MiB came in ten seconds.
    const live = (second: number): number =>
      second < 3_000 ? 150 : Math.min(200, 150 + (second - 3_000) * 5)
    const { thresholds, load } = recommend(seen({ seconds: 3_600, live }), { deathPointBytes })
    expect(load?.growthPerSecond).toBeGreaterThan(3 * mib)
    expect(thresholds?.warning).toBeLessThan(0.65)
    expect(thresholds?.critical).toBeLessThanOrEqual(0.92)
  })

  test('do not take the filling of an empty process for growth', () => {
    const live = (second: number): number => Math.min(200, second * 10)
    const { load } = recommend(seen({ seconds: 3_600, live }), { deathPointBytes })
    expect(load?.growthPerSecond).toBeLessThan(5 * mib)
  })

  test('say so when the wanted time cannot be had', () => {
    const live = (second: number): number => (second % 100 < 50 ? 320 : 370)
    const { reasons } = recommend(seen({ seconds: 3_600, live }), { deathPointBytes })
    expect(reasons.join()).toContain('`warning` cannot come 60 s before death')
  })

  test('are none when rest is too near to death', () => {
    const history = seen({ ...steady, live: () => 480 })
    const { thresholds, heap, reasons } = recommend(history, { deathPointBytes })
    expect(thresholds).toBeUndefined()
    expect(reasons.join()).toContain(`take ${heap?.advised.flag}`)
    expect(reasons.join()).toContain('V8 may give up at rest already')
  })

  test('are always accepted, and clear at rest, whatever was seen', () => {
    const time = fc.nat(120_000)
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1.2, noNaN: true }),
        fc.double({ min: 0.03, max: 0.3, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.record({ warning: time, critical: time, emergency: time }),
        (restingRatio, hysteresis, growthPerSecond, leadTime) => {
          const facts = { restingRatio, hysteresis, growthPerSecond, leadTime }
          const thresholds = adviseThresholds(facts)
          if (thresholds === undefined) {
            expect(restingRatio + hysteresis).toBeGreaterThan(0.98 - 0.06 - 0.03 - 0.01)
            return
          }
          // The narrowest accepted settings are refused by what binary fractions are off by otherwise.
          expect(resolveLevelOptions({ thresholds, hysteresis, restingRatio }).thresholds).toEqual(
            thresholds,
          )
          expect(thresholds.warning - hysteresis).toBeGreaterThan(restingRatio)
        },
      ),
    )
  })
})

describe('a recommendation', () => {
  test('does not count the time in which the process was suspended', () => {
    const history = seen({ ...steady, seconds: 600 })
    const before = recommend(history, { deathPointBytes }).load
    history.push(sampleAt(begin + 40_000_000, { liveBytes: 180 * mib, usedBytes: 190 * mib }))
    const after = recommend(history, { deathPointBytes }).load
    expect(after?.span).toBe(before?.span)
  })

  test('warns of a container that is too small for it', () => {
    const history = seen({ ...steady, fields: { rssBytes: 500 * mib } })
    const reasons = (containerLimitBytes: number): string =>
      recommend(history, { deathPointBytes, containerLimitBytes }).reasons.join()
    expect(reasons(512 * mib)).toContain('too much for a container of 512.0 MiB')
    expect(reasons(1_024 * mib)).not.toContain('container')
  })

  test('says when something else than the heap is fullest', () => {
    const history = seen({ ...steady, fields: { ratio: 0.6, signal: 'container' } })
    const { reasons } = recommend(history, { deathPointBytes })
    expect(reasons.join()).toContain('the heap is not what is fullest')
  })

  test('says when collecting takes long', () => {
    const history = seen({ ...steady, fields: { gcShare: 0.2 } })
    expect(recommend(history, { deathPointBytes }).reasons.join()).toContain(
      '20 % of the time went into collecting',
    )
  })

  test('is finite and never throws, whatever was measured', () => {
    const anyLoad = fc.array(
      fc.record({
        step: fc.integer({ min: -100_000, max: 4_000_000 }),
        liveBytes: fc.nat(2 ** 31),
        garbage: fc.nat(2 ** 31),
        ratio: fc.double({ min: 0, max: 2, noNaN: true }),
      }),
      { maxLength: 40 },
    )
    fc.assert(
      fc.property(anyLoad, fc.integer({ min: 1, max: 2 ** 40 }), (steps, death) => {
        const history = new MemoryHistory({ seconds: 6, minutes: 6, hours: 6 })
        let at = begin
        for (const { step, liveBytes, garbage, ratio } of steps) {
          at += step
          history.push(
            sampleAt(at, { liveBytes, usedBytes: liveBytes + garbage, ratio, upperRatio: ratio }),
          )
          const { heap, thresholds, load } = recommend(history, { deathPointBytes: death })
          if (heap === undefined || load === undefined) continue
          expect(heap.smallest.mebibytes * mib).toBeGreaterThanOrEqual(load.livePeakBytes)
          expect(heap.smallest.mebibytes * mib).toBeLessThan(load.livePeakBytes * 1.25 + 2 * mib)
          expect(heap.advised.mebibytes).toBeGreaterThanOrEqual(heap.smallest.mebibytes)
          for (const level of elevatedLevels)
            if (thresholds !== undefined) expect(Number.isFinite(thresholds[level])).toBe(true)
        }
      }),
    )
  })

  test.each([
    [{ deathPointBytes: 0 }, '`deathPointBytes` must be a positive number of bytes, got 0'],
    [{ deathPointBytes, window: 0 }, '`window` must be'],
    [{ deathPointBytes, containerLimitBytes: Number.NaN }, '`containerLimitBytes` must be'],
    [{ deathPointBytes, leadTime: { warning: -1 } }, '`leadTime.warning` must be a number from 0'],
    [{ deathPointBytes, thresholds: { warning: 0.9 } }, '`thresholds.critical` must lie at least'],
  ])('is refused with %o', (options, message) => {
    expect(() => recommend(new MemoryHistory(), options)).toThrow(message)
  })
})
