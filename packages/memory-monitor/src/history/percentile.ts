/** A value and how often it counts. */
export interface Weighted {
  readonly value: number
  readonly weight: number
}

/**
 * The least values under or at which at least such shares of the weight lie (nearest rank); empty
 * without any weight.
 */
export function weightedPercentiles(
  shares: readonly number[],
  values: readonly Weighted[],
): readonly number[] {
  const sorted = values.filter(({ weight }) => weight > 0).sort((a, b) => a.value - b.value)
  const total = sorted.reduce((sum, { weight }) => sum + weight, 0)
  if (total === 0) return []
  return shares.map((share) => {
    const wanted = share * total
    let reached = 0
    for (const { value, weight } of sorted) {
      reached += weight
      if (reached >= wanted) return value
    }
    return sorted.at(-1)?.value ?? Number.NaN
  })
}
