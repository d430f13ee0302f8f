import { concordanceVariance, medianOf, pairSlopes } from '../theil-sen.ts'

/** A straight line through points, and how steep it may be. */
export interface Trend {
  /** Change per millisecond: the least, the likeliest and the most. */
  readonly slope: { readonly least: number; readonly likely: number; readonly most: number }
  /** Whether growth is statistically sure. */
  readonly rising: boolean
  /** Where the line stands at time 0. */
  readonly intercept: number
  /** Median distance of the points from the line. */
  readonly scatter: number
}

/** Normal quantiles: an interval of 90 %, and a test that one trendless series in forty passes. */
const quantile90 = 1.645
const quantileSure = 1.96

/**
 * The line through points by the medians of Theil and Sen, or `undefined` for fewer than four.
 *
 * The interval of the slope is that of Sen (1968), from the rank correlation of
 * Kendall. Times ascend.
 */
export function trendOf(times: readonly number[], values: readonly number[]): Trend | undefined {
  const count = Math.min(times.length, values.length)
  if (count < 4) return undefined
  const { slopes } = pairSlopes(times, values)
  const deviation = Math.sqrt(concordanceVariance(count))
  const least = bound(slopes, -quantile90 * deviation)
  const most = bound(slopes, quantile90 * deviation)
  const likely = medianOf(slopes)
  const offsets = Float64Array.from({ length: count }, (_, index) => {
    return (values[index] ?? 0) - likely * (times[index] ?? 0)
  }).sort()
  const intercept = medianOf(offsets)
  const scatter = medianOf(offsets.map((offset) => Math.abs(offset - intercept)).sort())
  const rising = bound(slopes, -quantileSure * deviation) > 0
  return { slope: { least, likely, most }, rising, intercept, scatter }
}

/** The slope that so many more pairs lie under than over, or the outermost there is. */
function bound(sorted: Float64Array, surplus: number): number {
  const rank = Math.round((sorted.length - 1 + surplus) / 2)
  return sorted[Math.max(0, Math.min(sorted.length - 1, rank))] ?? 0
}
