import { concordanceVariance, medianOf, pairSlopes } from '../theil-sen.ts'

/** A value at a time, in milliseconds. */
export interface TimedValue {
  readonly at: number
  readonly value: number
}

/** Where a measure is heading. */
export interface HistoryTrend {
  /**
   * The change per second: the median of the slopes between all pairs of
   * observations (Theil and Sen).
   */
  readonly perSecond: number
  /** The interval that covers the slope with a probability of 95 % (Sen 1968). */
  readonly low: number
  readonly high: number
  /**
   * How likely a series without a trend looks at least like this one, 0…1 (Mann and
   * Kendall, two-sided).
   */
  readonly pValue: number
  /**
   * `steady` when a series without a trend would look like this one more often than once in twenty.
   */
  readonly direction: 'rising' | 'falling' | 'steady'
  /** How many observations decided; a value that stayed counts once. */
  readonly observations: number
}

/** Sixty observations make 1770 slopes, well under a millisecond of sorting. */
const mostObservations = 60
const significance = 0.05
/** The 97.5 % quantile of the normal distribution. */
const normalQuantile = 1.959964

const none: HistoryTrend = {
  perSecond: 0,
  low: 0,
  high: 0,
  pValue: 1,
  direction: 'steady',
  observations: 0,
}

/**
 * The trend of a series in the order of time, robust against the outliers that a warm-up and single
 * collections are.
 *
 * A value that stays is one observation: live bytes are learned at a collection, and what is
 * repeated until the next is no more evidence.
 */
export function trendOf(series: readonly TimedValue[]): HistoryTrend {
  const observed = thinned(series.filter(({ value }, index) => value !== series[index - 1]?.value))
  const count = observed.length
  if (count < 2) return { ...none, observations: count }
  const times = observed.map(({ at }) => at / 1_000)
  const values = observed.map(({ value }) => value)
  const { slopes, concordance } = pairSlopes(times, values)
  const deviation = Math.sqrt(concordanceVariance(count, tiesOf(values)))
  // One step towards 0: concordance is a whole number, the normal distribution is not.
  const score = deviation === 0 ? 0 : Math.max(0, Math.abs(concordance) - 1) / deviation
  const pValue = Math.min(1, 2 * normalTail(score))
  const reach = normalQuantile * deviation
  const perSecond = medianOf(slopes)
  return {
    perSecond,
    low: slopes[Math.max(0, Math.floor((slopes.length - reach) / 2))] ?? perSecond,
    high: slopes[Math.min(slopes.length - 1, Math.ceil((slopes.length + reach) / 2))] ?? perSecond,
    pValue,
    direction: pValue >= significance ? 'steady' : concordance > 0 ? 'rising' : 'falling',
    observations: count,
  }
}

/** At most so many observations: neighbours are joined to their means. */
function thinned(series: readonly TimedValue[]): readonly TimedValue[] {
  const size = Math.ceil(series.length / mostObservations)
  if (size <= 1) return series
  const joined: TimedValue[] = []
  for (let start = 0; start < series.length; start += size) {
    const group = series.slice(start, start + size)
    const mean = (pick: (one: TimedValue) => number): number =>
      group.reduce((sum, one) => sum + pick(one), 0) / group.length
    joined.push({ at: mean((one) => one.at), value: mean((one) => one.value) })
  }
  return joined
}

/** How often each value occurs. */
function tiesOf(values: readonly number[]): Iterable<number> {
  const ties = new Map<number, number>()
  for (const value of values) ties.set(value, (ties.get(value) ?? 0) + 1)
  return ties.values()
}

/**
 * The probability above `score` in a normal distribution (Abramowitz and Stegun
 * 26.2.17, error < 7.5e-8).
 */
function normalTail(score: number): number {
  const t = 1 / (1 + 0.2316419 * score)
  const polynomial =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
  return (Math.exp((-score * score) / 2) / Math.sqrt(2 * Math.PI)) * polynomial
}
