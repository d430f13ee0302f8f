import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bucketWidths, historyResolutions } from '../src/history/history-point.ts'
import { MemoryHistory } from '../src/history/memory-history.ts'
import { anyMeasures, anyStep, NaiveHistory, sampleAt } from './history-model.ts'

const begin = Date.UTC(2026, 0, 1)

/** The nearest-rank percentile of plain values. */
function percentile(share: number, values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length - 1e-9) - 1)]
}

describe('percentiles', () => {
  test('are those of the samples where each second has one', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 50 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (ratios, share) => {
          const history = new MemoryHistory()
          for (const [index, ratio] of ratios.entries())
            history.push(sampleAt(begin + index * 1_000, { ratio }))
          expect(history.percentiles([share])).toEqual([percentile(share, ratios)])
        },
      ),
    )
  })

  test('are never less than those of the samples, and never more than what was measured', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(anyStep, anyMeasures), { minLength: 1, maxLength: 60 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (steps, share) => {
          const sizes = { seconds: 5, minutes: 4, hours: 3 }
          const history = new MemoryHistory(sizes)
          const naive = new NaiveHistory(sizes, 30_000)
          let at = begin
          for (const [step, measures] of steps) {
            at += step
            history.push({ at, ...measures })
            naive.push({ at, ...measures })
            const [told = -1] = history.percentiles([share], undefined, 'usedBytes')
            // By which resolution it goes depends on what each has had to forget.
            const bounds = historyResolutions.map((resolution) => {
              const used = naive.samples(resolution).map(({ usedBytes }) => usedBytes)
              return { least: percentile(share, used) ?? 0, most: Math.max(...used) }
            })
            expect(bounds.some(({ least, most }) => told >= least && told <= most)).toBe(true)
          }
        },
      ),
    )
  })

  test('go by the seconds as far as they reach, and by minutes and hours beyond', () => {
    const history = new MemoryHistory({ seconds: 60, minutes: 60 })
    // Three hours ago half, for the last hour a quarter, for the last minute a tenth of the death point.
    for (let second = 0; second < 3 * 3_600; second++) {
      const ratio = second < 7_200 ? 0.5 : second < 10_740 ? 0.25 : 0.1
      history.push(sampleAt(begin + second * 1_000, { ratio }))
    }
    expect(history.percentiles([1], 30_000)).toEqual([0.1])
    expect(history.percentiles([0, 1], 1_800_000)).toEqual([0.1, 0.25])
    expect(history.percentiles([0.9])).toEqual([0.5])
  })

  test('of what was never measured are none', () => {
    const history = new MemoryHistory()
    expect(history.percentiles([0.5])).toEqual([])
    history.push(sampleAt(begin))
    expect(history.percentiles([0.5], undefined, 'containerBytes')).toEqual([])
    expect(history.percentiles([0.5, 1], undefined, 'rssBytes')).toEqual([100, 100])
  })

  test.each([
    ['shares', [-0.1], 1_000],
    ['shares', [Number.NaN], 1_000],
    ['window', [0.5], 0],
    ['window', [0.5], Number.NaN],
  ])('refuse wrong %s', (name, shares, window) => {
    expect(() => new MemoryHistory().percentiles(shares, window)).toThrow(`\`${name}\` must`)
  })
})

describe('time at levels', () => {
  test('adds up to the time that was measured', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 4_000 }), anyMeasures)), (steps) => {
        const history = new MemoryHistory({ longestGap: 3_000 })
        let at = begin
        let measured = 0
        for (const [index, [step, measures]] of steps.entries()) {
          at += step
          history.push({ at, ...measures })
          if (index > 0 && step <= 3_000) measured += step
          const { normal, warning, critical, emergency } = history.timeAtLevels()
          expect(normal + warning + critical + emergency).toBe(measured)
        }
      }),
    )
  })

  test('counts from a sample to the next for the level of the first', () => {
    const history = new MemoryHistory()
    history.push(sampleAt(begin, { level: 'warning' }))
    history.push(sampleAt(begin + 3_000, { level: 'critical' }))
    history.push(sampleAt(begin + 4_600))
    expect(history.timeAtLevels()).toEqual({
      normal: 0,
      warning: 3_000,
      critical: 1_600,
      emergency: 0,
    })
    expect(history.timeAtLevels(500)).toMatchObject({ warning: 0, critical: 1_600 })
  })
})

describe('JSON', () => {
  test('brings back every bucket, and goes on where the history ended', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyStep, anyMeasures), { maxLength: 40 }), (steps) => {
        const history = new MemoryHistory({ seconds: 5, minutes: 4, hours: 3 })
        let at = begin
        for (const [step, measures] of steps) {
          at += step
          history.push({ at, ...measures })
        }
        const back = MemoryHistory.fromJSON(JSON.parse(JSON.stringify(history)))
        for (const resolution of historyResolutions)
          expect(back.points(resolution)).toEqual(history.points(resolution))
        expect(back.toJSON()).toEqual(history.toJSON())
        expect(back.latest).toBeUndefined()
        at += 86_400_000
        history.push(sampleAt(at))
        back.push(sampleAt(at))
        for (const resolution of historyResolutions)
          expect(back.points(resolution).map(({ samples }) => samples)).toEqual(
            history.points(resolution).map(({ samples }) => samples),
          )
      }),
    )
  })

  test('that is anything else is refused', () => {
    const history = new MemoryHistory({ seconds: 2, minutes: 2, hours: 2 })
    history.push(sampleAt(begin))
    const sound = JSON.parse(JSON.stringify(history))
    const { seconds } = sound
    const columns = (changed: object): unknown => ({
      ...sound,
      seconds: { ...seconds, columns: { ...seconds.columns, ...changed } },
    })
    const cases: readonly (readonly [unknown, string])[] = [
      [undefined, '`json` must be an object'],
      [{ ...sound, format: 'other' }, '`json.format`'],
      [{ ...sound, version: 2 }, '`json.version` must be 1, got 2'],
      [{ ...sound, hours: [] }, '`json.hours` must be an object'],
      [{ ...sound, seconds: { ...seconds, forgot: 1 } }, '`json.seconds.forgot`'],
      [{ ...sound, seconds: { ...seconds, capacity: 0 } }, '`json.seconds.columns.at`'],
      [{ ...sound, seconds: { ...seconds, capacity: 1e9 } }, '`history.seconds`'],
      [{ ...sound, seconds: { ...seconds, capacity: 'many' } }, '`history.seconds`'],
      [columns({ at: [begin + 1] }), '`json.seconds.columns.at` must ascend'],
      [columns({ at: [null] }), '`json.seconds.columns.at` must ascend'],
      [columns({ rss: [] }), '`json.seconds.columns.rss`'],
      [columns({ rss: ['1'] }), '`json.seconds.columns.rss`'],
      [columns({ liveMax: undefined }), '`json.seconds.columns.liveMax`'],
    ]
    for (const [value, message] of cases)
      expect(() => MemoryHistory.fromJSON(value)).toThrow(message)
  })

  test('that went through any mutation is refused or read without harm', () => {
    const history = new MemoryHistory({ seconds: 3, minutes: 2, hours: 2 })
    for (let second = 0; second < 4; second++) history.push(sampleAt(begin + second * 1_000))
    const text = JSON.stringify(history)
    fc.assert(
      fc.property(
        fc.nat(text.length - 1),
        fc.constantFrom('0', '-', 'null', ']', '9e9'),
        (at, put) => {
          let parsed: unknown
          try {
            parsed = JSON.parse(text.slice(0, at) + put + text.slice(at + 1))
          } catch {
            return
          }
          let back: MemoryHistory
          try {
            back = MemoryHistory.fromJSON(parsed)
          } catch (error) {
            expect(error).toHaveProperty('name', 'CultusError')
            return
          }
          back.push(sampleAt(begin + 10_000))
          expect(back.points('seconds').length).toBeLessThanOrEqual(
            Number(back.toJSON().seconds.capacity),
          )
          back.trend()
          back.percentiles([0, 0.5, 1])
        },
      ),
    )
  })
})

test('the buckets of a resolution are as wide as their name says', () => {
  expect(historyResolutions.map((resolution) => bucketWidths[resolution])).toEqual([
    1_000, 60_000, 3_600_000,
  ])
})
