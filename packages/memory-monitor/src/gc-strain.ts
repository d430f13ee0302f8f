/** How often in a row, up to 4, V8 collected with little effect; near the fourth it gives up. */
export type GcStrikes = 0 | 1 | 2 | 3 | 4

/** What one major collection found, and the time it took. */
export interface CollectionEffort {
  /** The share of the old generation that was still full after it. */
  readonly ratio: number
  /**
   * Milliseconds in which V8 was not collecting, from the end of the one before to
   * the start of marking.
   */
  readonly quiet: number
  /** Milliseconds from the start of marking to the end. */
  readonly busy: number
}

/** How hard V8 has to work for the room it finds. */
export interface GcStrain {
  readonly strikes: GcStrikes
  /** Milliseconds per collection, each new one counting half: as V8 averages them. */
  readonly quiet: number
  readonly busy: number
  /**
   * The share of the time that the last collections left to the program: the lesser of the
   * average and the last.
   */
  readonly programShare: number
}

/** No collection has been seen. */
export const atEase: GcStrain = { strikes: 0, quiet: 0, busy: 0, programShare: 1 }

/**
 * From `Heap::IsIneffectiveMarkCompact` in V8: the process ends, whatever is free, after 4
 * mark-compacts in a row that each left the old generation 80 % full while the program had less
 * than 0.4 of the time.
 */
const fatalStrikes = 4
export const crowdedRatio = 0.8
const leastProgramShare = 0.4

/**
 * Where strikes begin to count, as a share of the death point. A heap at which V8 labours in vain
 * before it is 80 % full has all but the last of its strikes behind it when it is.
 */
export const nearCrowdedRatio = 0.76

/**
 * The strain after one more collection: up to 4 strikes in a row that found the heap crowded and
 * followed hard on one another.
 *
 * V8 averages the times as `GCTracer::RecordMutatorUtilization` does, each collection counting
 * half, and tells nobody how it divides the time while it marks, so all of that counts as
 * collecting; and a strike needs the average or the last collection to be bad, where V8 asks for
 * the average. On all three this sees V8 give up too early rather than too late.
 */
export function strainAfter(strain: GcStrain, effort: CollectionEffort): GcStrain {
  const { ratio, quiet, busy } = effort
  const first = strain.quiet + strain.busy === 0
  const averageQuiet = first ? quiet : (strain.quiet + quiet) / 2
  const averageBusy = first ? busy : (strain.busy + busy) / 2
  const programShare = Math.min(shareOf(quiet, busy), shareOf(averageQuiet, averageBusy))
  const ineffective = ratio >= nearCrowdedRatio && programShare < leastProgramShare
  const strikes = ineffective ? Math.min(fatalStrikes, strain.strikes + 1) : 0
  return { strikes: strikes as GcStrikes, quiet: averageQuiet, busy: averageBusy, programShare }
}

/**
 * The share of the death point at which V8 ends a process with so many strikes: 1 at
 * ease, down to 0.8.
 *
 * A heap at 80 % so passes 85 % with the second strike and 95 % with the fourth.
 */
export function ceilingAt(strikes: GcStrikes): number {
  return 1 - (strikes / fatalStrikes) * (1 - crowdedRatio)
}

function shareOf(quiet: number, busy: number): number {
  return quiet + busy > 0 ? quiet / (quiet + busy) : 1
}
