import type { ElevatedLevel } from '@cultus/core'
import type { Signal } from '../signal.ts'
import type { MemoryForecast } from './memory-forecast.ts'

/** A death that comes within so many milliseconds raises the level. */
export const alarmHorizon = 10_000

/** A level that a forecast raised is held until death is this much further off. */
const holdFactor = 1.5

/**
 * How near its end, as shares of the death point, a process must be for a forecast to count, and
 * how full. A service that warms up grows just as one that leaks, and only what is already held
 * tells the two apart.
 */
const leastDistance = 0.18
const leastFilled = 0.65

/**
 * A heap that hovers rises by as much now and then, if slowly; what raises a level has
 * risen by more, or fast.
 */
const leastGrowth = 0.045
const fastGrowth = 0.015

/**
 * The signal at `critical` of a process that will die within `horizon` milliseconds should it go on
 * so, or `undefined`. Never worse than `critical`: what has not come yet is no emergency.
 *
 * `held` tells that the forecast is what raised the level before.
 */
export function forecastSignal(
  forecast: MemoryForecast,
  thresholds: Readonly<Record<ElevatedLevel, number>>,
  horizon: number = alarmHorizon,
  held = false,
): Signal | undefined {
  const { ratio, signal, earliestCeiling, growthPerSecond, untilCeiling, grownBy } = forecast
  if (!isNearEnd(ratio, earliestCeiling)) return undefined
  // Once it is up, a bend in the growth does not take it back.
  const sustained = held || grownBy >= leastGrowth || growthPerSecond.likely >= fastGrowth
  if (!sustained) return undefined
  if (untilCeiling > horizon * (held ? holdFactor : 1)) return undefined
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`
  return {
    name: 'forecast',
    ratio,
    lower: thresholds.critical,
    upper: thresholds.critical,
    confidence: 'estimated',
    of: signal,
    reason:
      `the ${signal} is ${percent(ratio)} full and grows by ${percent(growthPerSecond.likely)} a second: ` +
      `it may end in ${(untilCeiling / 1_000).toFixed(1)} s, at ${percent(earliestCeiling)}`,
  }
}

/** Whether a share is near enough to the end of the process for a forecast to count. */
export function isNearEnd(ratio: number, earliestCeiling: number): boolean {
  return ratio >= Math.max(leastFilled, earliestCeiling - leastDistance)
}
