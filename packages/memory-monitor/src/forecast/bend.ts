/** Points before a bend and after it, at the least. */
const leastBefore = 2
const leastAfter = 3

/** The scatter that every series is taken to have: 0.6 % of the death point. */
const floorVariance = 0.006 ** 2

/**
 * How much better two lines must be than one, as the F statistic of the two numbers
 * more that they need.
 */
const significance = 9

/**
 * The index at which a series bends, or `undefined` while one straight line does as well as two.
 *
 * Each way to split the points in two is tried, with a line of least squares through either part
 * (Quandt 1958). Times ascend.
 */
export function bendOf(times: readonly number[], values: readonly number[]): number | undefined {
  const count = Math.min(times.length, values.length)
  if (count < leastBefore + leastAfter) return undefined
  const before = residualSums(times, values, false)
  const after = residualSums(times, values, true)
  let best = Number.POSITIVE_INFINITY
  let bend: number | undefined
  for (let index = leastBefore; index <= count - leastAfter; index++) {
    const both = (before[index - 1] ?? 0) + (after[index] ?? 0)
    if (both < best) {
      best = both
      bend = index
    }
  }
  const floor = count * floorVariance
  const gain = ((before[count - 1] ?? 0) - best) / 2
  const spare = (best + floor) / Math.max(1, count - 4)
  return gain > significance * spare ? bend : undefined
}

/** At each index, what a line leaves unexplained of all points up to it, or from it on. */
function residualSums(
  times: readonly number[],
  values: readonly number[],
  backwards: boolean,
): Float64Array {
  const count = Math.min(times.length, values.length)
  const sums = new Float64Array(count)
  let meanTime = 0
  let meanValue = 0
  let spread = 0
  let rise = 0
  let variation = 0
  for (let step = 0; step < count; step++) {
    const index = backwards ? count - 1 - step : step
    // Welford's updating of means and products, which keeps its digits with large times.
    const time = (times[index] ?? 0) - meanTime
    const value = (values[index] ?? 0) - meanValue
    meanTime += time / (step + 1)
    meanValue += value / (step + 1)
    const restTime = (times[index] ?? 0) - meanTime
    const restValue = (values[index] ?? 0) - meanValue
    spread += time * restTime
    rise += time * restValue
    variation += value * restValue
    sums[index] = Math.max(0, variation - (spread > 0 ? (rise * rise) / spread : 0))
  }
  return sums
}
