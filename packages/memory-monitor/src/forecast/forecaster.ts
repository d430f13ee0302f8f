import type { ElevatedLevel } from '@cultus/core'
import { nearCrowdedRatio } from '../gc-strain.ts'
import type { CeilingInterval } from './ceiling.ts'
import type { ForecastInterval, MemoryForecast } from './memory-forecast.ts'
import { Series } from './series.ts'

/** What a forecast needs besides the points. */
export interface ForecastFacts {
  /** Milliseconds of a clock that does not jump. */
  readonly now: number
  /** Wall-clock time in milliseconds since 1970. */
  readonly date: number
  /** The most that the share can be now, garbage included. */
  readonly upper: number
  readonly ceiling: CeilingInterval
  readonly thresholds: Readonly<Record<ElevatedLevel, number>>
}

/**
 * Growth for less than so many milliseconds, or by less of the death point, is a
 * start and not a trend.
 */
const leastSpan = 1_500
const leastRise = 0.015

/** The truth is meant to lie in nine of ten intervals. */
const confidence = 0.9

/**
 * The scatter of the points that an interval allows for at either end of the line, and the
 * least it takes it for.
 */
const scatters = 2
const leastScatter = 0.004
/** A line that was straight may bend: the slopes of an interval are widened by these shares. */
const faster = 0.15
const slower = 0.4

/** A line that is so far above all that is used now is wrong: the growth has ended. */
const disproof = 0.03

/**
 * Tells from confirmed shares of one death point when it will be reached.
 *
 * Says nothing until growth is statistically sure, and nothing of growth that has ended. Pure: the
 * time comes with every call.
 */
export class Forecaster {
  readonly #signal: MemoryForecast['signal']
  readonly #series = new Series()

  constructor(signal: MemoryForecast['signal']) {
    this.#signal = signal
  }

  /** Takes in a confirmed share. */
  observe(ratio: number, at: number): void {
    this.#series.add(ratio, at)
  }

  /** Forgets everything: what comes next is another regime. */
  clear(): void {
    this.#series.clear()
  }

  /** When each mark will be reached; `undefined` while nothing grows for sure. */
  forecast(facts: ForecastFacts): MemoryForecast | undefined {
    const { now, date, upper, ceiling, thresholds } = facts
    // A line is drawn only where something has risen: most of the time nothing has.
    if (this.#series.rise < leastRise) return undefined
    const { trend, span, latest, latestAt } = this.#series
    if (trend === undefined || !trend.rising || span < leastSpan || now < latestAt) return undefined
    const { least, likely, most: steepest } = trend.slope
    if (likely * span < leastRise) return undefined
    // What is live now is no more than what is used.
    const most = Math.max(latest, upper >= 0 ? upper : Number.POSITIVE_INFINITY)
    const onTrend = trend.intercept + likely * now
    const margin = scatters * Math.max(leastScatter, trend.scatter)
    if (onTrend > most + margin + disproof) return undefined
    const line = Math.min(most, Math.max(latest, onTrend))
    const fast = steepest * (1 + faster) + margin / span
    const slow = Math.max(0, least * (1 - slower) - margin / span)
    const until = (mark: CeilingInterval): ForecastInterval => {
      const expected = timeTo(mark.expected - line, likely)
      return {
        earliest: Math.min(expected, timeTo(mark.earliest - line - margin, fast)),
        expected,
        latest: Math.max(expected, timeTo(mark.latest - line + margin, slow)),
      }
    }
    return {
      signal: this.#signal,
      at: date,
      ratio: latest,
      projected: line,
      growthPerSecond: { least: least * 1_000, likely: likely * 1_000, most: steepest * 1_000 },
      warning: until(markBefore(thresholds.warning, ceiling)),
      critical: until(markBefore(thresholds.critical, ceiling)),
      emergency: until(markBefore(thresholds.emergency, ceiling)),
      death: until(ceiling),
      grownBy: likely * span,
      earliestCeiling: ceiling.earliest,
      untilCeiling: timeTo(ceiling.earliest - line, likely),
      confidence,
    }
  }
}

/**
 * Where a threshold is passed: on a crowded heap the point that it is a share of sinks,
 * though not under 80 %.
 */
function markBefore(
  threshold: number,
  { earliest, expected, latest }: CeilingInterval,
): CeilingInterval {
  const soonest = Math.min(threshold, Math.max(nearCrowdedRatio, threshold * earliest))
  return {
    earliest: soonest,
    expected: Math.max(soonest, Math.min(threshold, expected)),
    latest: Math.min(threshold, latest),
  }
}

function timeTo(distance: number, slope: number): number {
  if (distance <= 0) return 0
  return slope > 0 ? distance / slope : Number.POSITIVE_INFINITY
}
