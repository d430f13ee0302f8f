import { type ElevatedLevel, elevatedLevels, levelRank, type PressureLevel } from '@cultus/core'

/** When a collection may next be forced to find out the truth. */
export interface VerificationState {
  /** When the last one ended, in milliseconds; `undefined` before the first. */
  readonly endedAt: number | undefined
  /**
   * The least time until the next, in milliseconds: for the sake of the program, never shortened.
   */
  readonly rest: number
  /** The time until the next because the last freed little, in milliseconds. */
  readonly backOff: number
}

/** What the decision is made by. */
export interface VerificationFacts {
  readonly now: number
  readonly level: PressureLevel
  readonly thresholds: Readonly<Record<ElevatedLevel, number>>
  /** The least and the most that the heap can hold now, as shares of its death point. */
  readonly heapLower: number
  readonly heapUpper: number
  /** Whether the program has hardly anything to do: then a collection stops nobody. */
  readonly idle: boolean
  /** Whether the most that any signal can be is over the mark at which the level falls. */
  readonly held: boolean
  /** When the heap was last confirmed, in milliseconds; `-Infinity` before the first time. */
  readonly confirmedAt: number
}

/** Why a collection is forced: a worse level is possible, or the present one may be over. */
export type VerificationCause = 'rise' | 'stale'

/** No collection was forced yet. */
export const unverified: VerificationState = { endedAt: undefined, rest: 0, backOff: 0 }

const leastRest = 2_000
const longestBackOff = 30_000
/** A pause is followed by 20 times its length without one: at most a twentieth of the time. */
const restPerPause = 20
const ineffectiveShare = 0.05
const staleAfter = 3_000
/** V8 does not collect an idle heap: there the level waits for the monitor alone. */
const idleStaleAfter = 1_000
/** What an idle program needs of the rest. */
const idleRest = 0.25
/** A collection so recent, in milliseconds, has told what another would. */
const recent = 500

/** Whether a collection should be forced now, and why; pure. */
export function verificationDue(
  state: VerificationState,
  facts: VerificationFacts,
): VerificationCause | undefined {
  const { now, level, thresholds, heapLower, heapUpper, idle, held, confirmedAt } = facts
  const { endedAt, rest, backOff } = state
  const pause = Math.max(idle ? rest * idleRest : rest, backOff)
  if (endedAt !== undefined && now - endedAt < pause) return undefined
  const age = now - confirmedAt
  if (age < recent) return undefined
  const rankAt = (ratio: number): number =>
    levelRank(elevatedLevels.findLast((each) => ratio >= thresholds[each]) ?? 'normal')
  const possible = rankAt(heapUpper)
  // What the least value shows needs no proof.
  if (possible > levelRank(level) && possible > rankAt(heapLower)) return 'rise'
  const stale = idle ? idleStaleAfter : staleAfter
  return level !== 'normal' && held && age >= stale ? 'stale' : undefined
}

/**
 * Whether an estimate at `warning` may wait for its proof: the last collection was of use, so what
 * is used may well be garbage again, and the next collection comes as soon as the rest is over.
 * While collections free little, the estimate is near the truth and stands by itself.
 */
export function mayWait({ endedAt, backOff }: VerificationState, now: number): boolean {
  return endedAt === undefined || now - endedAt >= backOff
}

/** The state after a forced collection that ended at `now` and freed a share of what was used. */
export function afterVerification(
  state: VerificationState,
  {
    now,
    pause,
    freedShare,
  }: { readonly now: number; readonly pause: number; readonly freedShare: number },
): VerificationState {
  const rest = Math.max(leastRest, restPerPause * pause)
  const backOff =
    freedShare < ineffectiveShare
      ? Math.min(longestBackOff, Math.max(leastRest, state.backOff) * 2)
      : 0
  return { endedAt: now, rest, backOff }
}

/**
 * The state once memory was released, the level rose, or the program fell idle: what the last
 * collection freed says no more.
 */
export function withoutBackOff(state: VerificationState): VerificationState {
  return { ...state, backOff: 0 }
}

/**
 * The state with a clock that may have gone back: the rest then starts again rather than growing.
 */
export function atOrBefore(state: VerificationState, now: number): VerificationState {
  return state.endedAt !== undefined && now < state.endedAt ? { ...state, endedAt: now } : state
}
