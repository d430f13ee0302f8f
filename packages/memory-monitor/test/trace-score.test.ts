import type { PressureLevel } from '@cultus/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type DeathForecast,
  forecastOutcomes,
  levelSpans,
  recordedTransitions,
  score,
  scoreForecasts,
  type Trace,
  type Transition,
  truePeak,
  withEnd,
  worstLevel,
} from '../src/trace/index.ts'
import { heapTrace, traceOf } from './trace-setup.ts'

const healthy = heapTrace(60, () => 40)
const died = withEnd(
  heapTrace(60, (second) => second + 40),
  'heap',
)

/** Transitions from one level to the next, each at a time in seconds. */
function story(...steps: readonly (readonly [second: number, to: PressureLevel])[]): Transition[] {
  let from: PressureLevel = 'normal'
  return steps.map(([second, to]) => {
    const transition = { t: second * 1_000, from, to }
    from = to
    return transition
  })
}

describe('score', () => {
  test('takes silence for right on a healthy run, and for a miss on a death', () => {
    const quiet = score(healthy, [])
    expect(quiet).toMatchObject({ died: false, missed: false, transitionsPerMinute: 0 })
    expect(quiet.falseAlarms.warning).toEqual({ count: 0, milliseconds: 0 })
    expect(quiet.timeAt).toEqual({ normal: 60_000, warning: 0, critical: 0, emergency: 0 })
    expect(score(died, [])).toMatchObject({ died: true, missed: true })
    expect(score(died, []).lead).toEqual({
      warning: undefined,
      critical: undefined,
      emergency: undefined,
    })
  })

  test('counts the lead from the last rise that was not taken back', () => {
    const { lead, missed } = score(
      died,
      story([10, 'critical'], [20, 'warning'], [50, 'emergency'], [55, 'critical']),
    )
    expect(missed).toBe(false)
    expect(lead).toEqual({ warning: 50_000, critical: 10_000, emergency: undefined })
  })

  test('calls an alarm that was over before the death a miss', () => {
    expect(score(died, story([10, 'emergency'], [59, 'warning'])).missed).toBe(true)
  })

  test('counts an alarm as false only where its own threshold was never truly reached', () => {
    const steps = story([10, 'critical'], [12, 'normal'], [20, 'warning'], [21, 'normal'])
    const { falseAlarms } = score(healthy, steps)
    expect(falseAlarms.warning).toEqual({ count: 2, milliseconds: 3_000 })
    expect(falseAlarms.critical).toEqual({ count: 1, milliseconds: 2_000 })
    const fuller = heapTrace(60, (second) => (second === 10 ? 75 : 40))
    expect(truePeak(fuller)).toBe(0.75)
    expect(score(fuller, steps).falseAlarms).toMatchObject({
      warning: { count: 0 },
      critical: { count: 1 },
    })
    expect(score(healthy, steps, { thresholds: { warning: 0.3 } }).falseAlarms.warning.count).toBe(
      0,
    )
    expect(score(died, steps).falseAlarms.warning.count).toBe(0)
  })

  test('takes no collection for the truth that was heard of too late', () => {
    const late = (lateness: number) =>
      truePeak(
        traceOf({ t: 0, type: 'gc', kind: 'major', usedAfter: 90, lateness, quiet: 1, busy: 1 }),
      )
    expect([late(100), late(101)]).toEqual([0.9, 0])
  })

  test('counts the recovery from the last relief to normal for good', () => {
    const relieved: Trace = traceOf(
      { t: 0, type: 'held', bytes: 90 },
      { t: 10_000, type: 'mark', name: 'relieved' },
      { t: 60_000, type: 'end', how: 'survived' },
    )
    expect(
      score(relieved, story([1, 'critical'], [12, 'normal'], [13, 'warning'], [14, 'normal']))
        .recovery,
    ).toBe(4_000)
    expect(score(relieved, story([1, 'critical'])).recovery).toBeUndefined()
    expect(score(healthy, []).recovery).toBeUndefined()
  })

  test('accounts for every millisecond once, whatever the levels did', () => {
    const levels = ['normal', 'warning', 'critical', 'emergency'] as const
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(5_000), fc.constantFrom(...levels))), (steps) => {
        let second = 0
        const told = story(
          ...steps.map(([wait, to]): [number, PressureLevel] => {
            second += wait / 100_000
            return [Math.min(60, second), to]
          }),
        )
        for (const trace of [healthy, died]) {
          const spans = levelSpans(trace, told)
          for (const [index, span] of spans.entries()) {
            expect(span.until).toBeGreaterThanOrEqual(span.from)
            expect(span.from).toBe(index === 0 ? 0 : spans[index - 1]?.until)
          }
          const { timeAt, lead } = score(trace, told)
          const total = levels.reduce((sum, level) => sum + timeAt[level], 0)
          expect(total).toBeCloseTo(60_000)
          expect(lead.emergency ?? 0).toBeLessThanOrEqual(lead.critical ?? 0)
          expect(lead.critical ?? 0).toBeLessThanOrEqual(lead.warning ?? 0)
        }
      }),
    )
  })

  test('reads what an observer said during the recording', () => {
    const trace = traceOf(
      { t: 1, type: 'level', source: 'a', level: 'warning' },
      { t: 2, type: 'level', source: 'b', level: 'critical' },
      { t: 3, type: 'level', source: 'a', level: 'warning' },
      { t: 4, type: 'level', source: 'a', level: 'normal' },
    )
    const told = recordedTransitions(trace, 'a')
    expect(told).toEqual([
      { t: 1, from: 'normal', to: 'warning' },
      { t: 4, from: 'warning', to: 'normal' },
    ])
    expect(worstLevel(told)).toBe('warning')
    expect(worstLevel([])).toBe('normal')
  })
})

describe('forecasts', () => {
  const made = (t: number, expected: number, spread = 1_000): DeathForecast => {
    return { t, expected, earliest: expected - spread, latest: expected + spread }
  }

  test('count inside the horizon, and only where the process died', () => {
    const forecasts = [made(0, 50_000), made(30_000, 30_500), made(55_000, 5_000)]
    expect(forecastOutcomes(healthy, forecasts)).toEqual([])
    const outcomes = forecastOutcomes(died, forecasts)
    expect(outcomes.map(({ left, covered }) => [left, covered])).toEqual([
      [60_000, false],
      [30_000, true],
    ])
    expect(outcomes[0]?.error).toBeCloseTo(1 / 6)
    expect(forecastOutcomes(died, forecasts, { from: 0, to: 5_000 })).toHaveLength(1)
  })

  test('are scored by the median error and the share of covered ones', () => {
    const outcome = (error: number, covered: boolean) => ({ left: 1, error, covered })
    const few = [outcome(0.1, true), outcome(0.4, false)]
    expect(scoreForecasts(few)).toEqual({ count: 2, medianError: 0.25, coverage: 0.5 })
    expect(scoreForecasts([...few, outcome(0.3, true)])).toMatchObject({ medianError: 0.3 })
    expect(scoreForecasts([])).toEqual({
      count: 0,
      medianError: Number.NaN,
      coverage: Number.NaN,
    })
  })
})
