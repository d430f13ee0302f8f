import type { HeapAdvice, LoadSummary } from './recommendation.ts'

const mebibyte = 2 ** 20

/**
 * The room that V8 needs over the live bytes at the least, as a share of them: pages that are not
 * full, and what is promoted while it collects. Found with `pnpm verify:recommend`.
 */
const leastRoom = 0.1
/**
 * V8 never gives up below 80 % (`Heap::IsIneffectiveMarkCompact`): with a quarter more room
 * it has no reason to.
 */
const mostRoom = 1 / 0.8 - 1
/**
 * Milliseconds of collecting per live MiB, where the history does not tell: a little over
 * what was measured.
 */
const usualCost = 1
/**
 * V8 gives up when the program has less than 0.4 of the time: there must be 2/3 as much of
 * it as of collecting.
 */
const programPerCollecting = 0.4 / 0.6

/** The size of the old generation in which the load just survives, in bytes. */
export function smallestHeapBytes(load: LoadSummary): number {
  const { livePeakBytes, promotedPerSecond } = load
  const collecting = (collectingCost(load) * livePeakBytes) / mebibyte / 1_000
  // What comes in while the program has the time it needs between two collections.
  const refill = promotedPerSecond * collecting * programPerCollecting
  const room = Math.min(mostRoom * livePeakBytes, leastRoom * livePeakBytes + refill)
  return livePeakBytes + room
}

/** Milliseconds of collecting per live MiB and major collection. */
function collectingCost({ gcShare, span, majors, liveRestingBytes }: LoadSummary): number {
  if (gcShare === undefined || majors === 0 || liveRestingBytes === 0) return usualCost
  return (gcShare * span) / majors / (liveRestingBytes / mebibyte)
}

/** A number of bytes as advice, in whole MiB. */
export function heapAdvice(bytes: number, { liveRestingBytes }: LoadSummary): HeapAdvice {
  const mebibytes = Math.max(1, Math.ceil(bytes / mebibyte))
  return {
    mebibytes,
    flag: `--max-old-space-size=${mebibytes}`,
    restingRatio: liveRestingBytes / (mebibytes * mebibyte),
  }
}
