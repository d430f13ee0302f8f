import {
  type Clock,
  numberOption,
  ownTurn,
  type ReleaseBudget,
  type ReleaseReport,
} from '@cultus/core'

/** A share of what is added, given up on top of it while over a lowered bound. */
const extraShare = 0.25
/** So that a clock that stands still, or is coarse, cannot make a slice endless; about 2 ms of evictions. */
const mostSteps = 4_096

/**
 * The most a cache may hold after something of size `adding` came in.
 *
 * Inside its limit that is the limit. Over it, which happens when pressure lowered the limit, it is less than
 * what was held: every addition brings the cache nearer to the limit, and none takes it below.
 */
export function ceilingAfterAdding(held: number, adding: number, limit: number): number {
  if (held <= limit) return limit
  return Math.max(limit, held - Math.max(1, Math.ceil(adding * extraShare)))
}

/** What is released, one entry at a time. */
export interface Shrinkable {
  /** Whether the cache holds more than its bound in force. */
  readonly over: boolean
  /** Takes out one entry and returns its bytes, or `undefined` when there is none left. */
  giveUp(): number | undefined
  /** Gives back memory that served entries which are gone, for a slice; returns whether there is more to give. */
  compact(): boolean
}

/**
 * Takes entries out until the cache is inside its bound, in slices, each in a turn of the event loop of its own.
 *
 * @throws CultusError `CULTUS_INVALID_OPTION` when `slice` is not a number from 0.1 to 1000.
 */
export async function releaseInSlices(
  cache: Shrinkable,
  clock: Clock,
  budget: ReleaseBudget = {},
): Promise<ReleaseReport> {
  const slice = numberOption('slice', budget.slice ?? 8, 0.1, 1_000)
  let entries = 0
  let bytes = 0
  let slices = 0
  let empty = false
  while (cache.over && !empty) {
    await ownTurn()
    if (budget.signal?.aborted === true || !cache.over) break
    const start = clock.now()
    slices += 1
    for (let step = 0; step < mostSteps && cache.over; step++) {
      const given = cache.giveUp()
      if (given === undefined) {
        empty = true
        break
      }
      entries += 1
      bytes += given
      // A clock that went back ends the slice too.
      const elapsed = clock.now() - start
      if (!(elapsed >= 0 && elapsed < slice)) break
    }
  }
  let isMore = entries > 0
  while (isMore && budget.signal?.aborted !== true) {
    await ownTurn()
    isMore = cache.compact()
  }
  return { bytes, entries, slices, completed: !cache.over }
}
