import {
  type Clock,
  numberOption,
  ownTurn,
  type ReleaseBudget,
  type ReleaseReport,
} from '@cultus/core'

/** A share of what is added, given up on top of it while over a lowered bound. */
const extraShare = 0.25
const defaultSlice = 8
/** A slice plans for this share of its time: a collection can come on top, and a `Map` that grows. */
const plannedShare = 0.5
/** So that a clock that stands still, or is coarse, cannot make a slice endless. */
const mostSteps = 2_048

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
  /** Whether it keeps memory that served entries which are gone. */
  readonly sparse: boolean
  /** Takes out one entry and returns its bytes, or `undefined` when there is none left. */
  giveUp(): number | undefined
  /** Gives back some of the memory that served entries which are gone; returns whether there is more to give. */
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
  const slice = plannedShare * numberOption('slice', budget.slice ?? defaultSlice, 0.1, 1_000)
  const isAborted = (): boolean => budget.signal?.aborted === true
  let entries = 0
  let bytes = 0
  const giveUp = (): boolean => {
    const given = cache.giveUp()
    if (given === undefined) return false
    entries += 1
    bytes += given
    return cache.over
  }
  const slices = cache.over
    ? await inSlices(giveUp, { clock, slice, ends: () => isAborted() || !cache.over })
    : 0
  if (cache.sparse) await inSlices(() => cache.compact(), { clock, slice, ends: isAborted })
  return { bytes, entries, slices, completed: !cache.over }
}

interface Slicing {
  readonly clock: Clock
  /** Milliseconds. */
  readonly slice: number
  /** Whether to stop, asked before each slice. */
  ends(): boolean
}

/** Repeats a step for as long as it tells that there is more to do, and returns in how many slices. */
async function inSlices(step: () => boolean, { clock, slice, ends }: Slicing): Promise<number> {
  let isMore = true
  let slices = 0
  while (isMore) {
    await ownTurn()
    if (ends()) break
    slices += 1
    const start = clock.now()
    for (let steps = 0; steps < mostSteps && isMore; steps++) {
      isMore = step()
      // A clock that went back ends the slice too.
      const elapsed = clock.now() - start
      if (!(elapsed >= 0 && elapsed < slice)) break
    }
  }
  return slices
}
