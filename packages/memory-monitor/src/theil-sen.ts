/** The slopes between all pairs of points, and how the points agree on a direction. */
export interface PairSlopes {
  /** Change per unit of time, ascending. */
  readonly slopes: Float64Array
  /** Kendall's S: pairs that rise less pairs that fall. */
  readonly concordance: number
}

/**
 * The slopes between all pairs of points, of which the median is the slope of Theil and Sen: one
 * wild point in four does not move it. Times ascend; points of one time have no slope between them
 * and count as level.
 */
export function pairSlopes(times: readonly number[], values: readonly number[]): PairSlopes {
  const count = Math.min(times.length, values.length)
  const slopes = new Float64Array((count * (count - 1)) / 2)
  let concordance = 0
  let next = 0
  for (let right = 1; right < count; right++) {
    for (let left = 0; left < right; left++) {
      const passed = (times[right] ?? 0) - (times[left] ?? 0)
      const rise = (values[right] ?? 0) - (values[left] ?? 0)
      concordance += Math.sign(rise)
      slopes[next++] = passed > 0 ? rise / passed : 0
    }
  }
  return { slopes: slopes.sort(), concordance }
}

/**
 * The variance of Kendall's S for `count` points of a series without a trend; `ties` are the sizes
 * of groups of equal values (Kendall 1975).
 */
export function concordanceVariance(count: number, ties: Iterable<number> = []): number {
  const term = (size: number): number => size * (size - 1) * (2 * size + 5)
  let sum = term(count)
  for (const size of ties) sum -= term(size)
  return sum / 18
}

/** The median of ascending numbers; 0 of none. */
export function medianOf(sorted: ArrayLike<number>): number {
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2
}
