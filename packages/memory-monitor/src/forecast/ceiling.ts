import { crowdedRatio } from '../gc-strain.ts'

/**
 * Where a process ends, as shares of its death point: at the earliest, most likely, at the latest.
 */
export interface CeilingInterval {
  readonly earliest: number
  readonly expected: number
  readonly latest: number
}

/** A death point that is just what it says, such as the limit of a container. */
export const exactCeiling: CeilingInterval = { earliest: 1, expected: 1, latest: 1 }

/** Where heaps of roomy young generations were seen to end, mostly. */
const usualEnd = 0.98
/**
 * Heaps crowded before 80 % were seen to end in about equal parts just above that and at the cap.
 * In between is the least wrong, and what has passed the lower mark mostly ends at the cap.
 */
const crowdedEnd = 0.92
const survivedAt = 0.84

/** What {@link heapCeiling} goes by. */
export interface CrowdingFacts {
  /** Bytes of the young generation as it stands now, both of its halves. */
  readonly youngBytes: number
  readonly deathPointBytes: number
  /** The share of the death point that was live at the last collection. */
  readonly ratio: number
  /** The share of the time that V8 left to the program of late. */
  readonly programShare: number
}

/**
 * Where V8 is going to end this heap.
 *
 * After a collection that left `S` bytes V8 lets the old generation grow half way to its cap at the
 * most (`MemoryController::CalculateAllocationLimit`), and it starts to mark again once less than
 * one half of the young generation is left to that limit (`Heap::IncrementalMarkingLimitReached`).
 * So from `S >= cap - youngBytes` on one collection follows at once on another. Where that leaves
 * the program less than 0.4 of the time for four collections V8 gives up, though not under 80 %.
 */
export function heapCeiling(facts: CrowdingFacts): CeilingInterval {
  const { youngBytes, deathPointBytes, ratio, programShare } = facts
  const crowdedFrom = 1 - Math.min(1, Math.max(0, youngBytes / deathPointBytes))
  const earliest = Math.max(crowdedRatio, crowdedFrom)
  if (crowdedFrom > crowdedRatio)
    return { earliest, expected: Math.max(earliest, usualEnd), latest: 1 }
  // Crowded already and at ease: there is little reason to give up before the cap.
  const atEase = ratio >= crowdedFrom && ratio >= 0.9 * crowdedRatio && programShare > 0.6
  const survived = ratio >= survivedAt
  return { earliest, expected: atEase || survived ? usualEnd : crowdedEnd, latest: 1 }
}
