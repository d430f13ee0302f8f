/** How often in a row, up to 4, V8 collected with little effect; near the fourth it gives up. */
export type GcStrikes = 0 | 1 | 2 | 3 | 4

/** What one major collection found, and the time it took. */
export interface CollectionEffort {
  /** The share of the old generation that was still full after it. */
  readonly ratio: number
  /** Milliseconds in which V8 was not collecting, from the end of the one before to the start of marking. */
  readonly quiet: number
  /** Milliseconds from the start of marking to the end. */
  readonly busy: number
}

/**
 * From `Heap::IsIneffectiveMarkCompact` in V8: the process ends, whatever is free, after 4 mark-compacts in a
 * row that each left the old generation 80 % full while the program had less than 0.4 of the time.
 */
const fatalStrikes = 4
const crowdedRatio = 0.8
const leastProgramShare = 0.4

/**
 * The strikes after one more collection: up to 4 in a row that found the heap crowded and followed
 * hard on one another.
 *
 * V8 tells nobody how it divides the time while it marks, so all of that counts as collecting: this sees
 * V8 give up too early rather than too late.
 */
export function strikesAfter(strikes: GcStrikes, effort: CollectionEffort): GcStrikes {
  const { ratio, quiet, busy } = effort
  const ineffective = ratio >= crowdedRatio && quiet < leastProgramShare * (quiet + busy)
  return ineffective ? (Math.min(fatalStrikes, strikes + 1) as GcStrikes) : 0
}

/**
 * The share of the death point at which V8 ends a process with so many strikes: 1 at ease, down to 0.8.
 *
 * A heap at 80 % so passes 85 % with the second strike and 95 % with the fourth.
 */
export function ceilingAt(strikes: GcStrikes): number {
  return 1 - (strikes / fatalStrikes) * (1 - crowdedRatio)
}
