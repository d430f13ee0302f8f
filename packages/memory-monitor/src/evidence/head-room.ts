import { mebibytes } from '../signal.ts'

/** The memory there is when a snapshot is asked for. */
export interface SnapshotFacts {
  /** Bytes of the whole heap in use. */
  readonly heapBytes: number
  /** Bytes that the machine can still give. */
  readonly freeBytes: number
  /** The control group nearest to its limit; absent where none has one. */
  readonly container?: { readonly usedBytes: number; readonly limitBytes: number }
}

/** What a snapshot may cost. */
export interface SnapshotLimits {
  /** Bytes of memory that it takes for each byte of the heap. */
  readonly memoryFactor: number
  /** The longest that it may stop the program, in milliseconds. */
  readonly maxPause: number
}

const mebibyte = 2 ** 20

/**
 * What V8 takes for each byte of the heap while it makes a snapshot, beside the heap itself. It
 * keeps a record of each object and of each reference, so small objects cost the most.
 *
 * `test/children/evidence-cost.ts` prints 1.6 for arrays of 120 numbers, 2.8 for strings of 700
 * bytes and 16.4 for objects of three fields (Node 20.20); this is a tenth more than the last.
 */
export const costliestMemory = 18

/**
 * Milliseconds in which the program stands still for each MiB of the heap; the same run
 * prints 11, 17 and 86.
 */
const costliestPause = 120

/** Bytes of the file for each byte of the heap; the same run prints 0.2, 1.1 and 1.9. */
const largestFile = 2.5

/** The size that a snapshot of such a heap is expected to stay under, in bytes. */
export function snapshotFileBytes(heapBytes: number): number {
  return Math.ceil(heapBytes * largestFile)
}

/**
 * Why a heap snapshot must not be made now, or `undefined` when it may; pure.
 *
 * Once begun it cannot be ended: a process without room for it is killed by it,
 * with nothing written.
 */
export function snapshotRefusal(facts: SnapshotFacts, limits: SnapshotLimits): string | undefined {
  const { heapBytes, freeBytes, container } = facts
  const needed = heapBytes * limits.memoryFactor
  const needs = `a snapshot of a heap of ${mebibytes(heapBytes)} may need ${mebibytes(needed)}`
  if (container !== undefined) {
    const left = Math.max(0, container.limitBytes - container.usedBytes)
    if (!(left >= needed))
      return `${needs}, and ${mebibytes(left)} are left in the container of ${mebibytes(container.limitBytes)}`
  }
  if (!(freeBytes >= needed))
    return `${needs}, and the machine has ${mebibytes(Math.max(0, freeBytes))} left`
  const pause = Math.ceil((heapBytes / mebibyte) * costliestPause)
  if (!(pause <= limits.maxPause)) {
    return (
      `a snapshot of a heap of ${mebibytes(heapBytes)} may stop the program for ${pause} ms, ` +
      `and \`maxPause\` is ${limits.maxPause} ms`
    )
  }
  return undefined
}
