import type { HeapDeathPoint } from '../death-point.ts'

/** How the child of a self-test ended. */
export type SelfTestDeath =
  /** V8 reached the limit of the heap. */
  | 'heap-limit'
  /** V8 gave up under the limit, because collections freed too little for the time they took. */
  | 'ineffective-collections'
  /** Something killed it: the kernel, most likely, for want of memory outside the heap. */
  | 'killed'
  /** It was still alive when the time was up. */
  | 'timeout'
  /** It ended in another way. */
  | 'other'

/** What {@link selfTest} found. */
export interface SelfTestResult {
  /** The death point the child reported before it filled its heap, in bytes. */
  readonly reportedBytes: number
  /** What told it. */
  readonly origin: HeapDeathPoint['origin']
  /** The most that was used of its old generation when it was last heard of, in bytes. */
  readonly measuredBytes: number
  /**
   * How far the measured size lies over (or, negative, under) the reported one, as a
   * share of the reported.
   */
  readonly error: number
  readonly how: SelfTestDeath
  /**
   * Milliseconds from the publication of `emergency` to the death; `undefined` where it
   * was never published.
   */
  readonly emergencyBefore: number | undefined
  /**
   * Whether the report can be relied on: the heap died, at most 3 % over the reported size and no
   * more than a quarter under it, and `emergency` was there before.
   */
  readonly passed: boolean
}

/** The facts of one run; times in milliseconds of one clock. */
export interface SelfTestFacts {
  readonly deathPoint: HeapDeathPoint | undefined
  readonly usedBytes: number
  readonly emergencyAt: number | undefined
  readonly diedAt: number
  readonly how: SelfTestDeath
}

const mostOver = 0.03
/**
 * V8 may give up from 80 % on (`Heap::IsIneffectiveMarkCompact`), and dies some way
 * into a collection.
 */
const mostUnder = 0.25

/** Judges a run; pure. */
export function judge(facts: SelfTestFacts): SelfTestResult {
  const { deathPoint, usedBytes, emergencyAt, diedAt, how } = facts
  const reportedBytes = deathPoint?.bytes ?? 0
  const error = reportedBytes > 0 ? usedBytes / reportedBytes - 1 : 0
  const died = how === 'heap-limit' || how === 'ineffective-collections'
  const near = reportedBytes > 0 && error <= mostOver && error >= -mostUnder
  return {
    reportedBytes,
    origin: deathPoint?.origin ?? 'heap-size-limit',
    measuredBytes: usedBytes,
    error,
    how,
    emergencyBefore: emergencyAt === undefined ? undefined : Math.max(0, diedAt - emergencyAt),
    passed: died && near && emergencyAt !== undefined,
  }
}

/** How a process ended, from what it wrote and what the system says; pure. */
export function deathOf(stderr: string, signal: string | null): SelfTestDeath {
  if (stderr.includes('Ineffective mark-compacts')) return 'ineffective-collections'
  if (/Reached heap limit|heap out of memory/.test(stderr)) return 'heap-limit'
  return signal === 'SIGKILL' ? 'killed' : 'other'
}
