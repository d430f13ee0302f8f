import type { LevelMachine, LevelReading } from '@cultus/core'
import type { Signal } from './signal.ts'

/** A set of thresholds, and the level that it has come to. */
export type LevelsInForce = Pick<LevelMachine, 'level' | 'thresholds' | 'hysteresis' | 'exitMark'>

/** Several signals as one reading. */
export interface FusedReading extends LevelReading {
  /** The signal that decides. */
  readonly dominant: Signal
}

/**
 * Joins signals into one reading in which the worst dominates, or `undefined` without any.
 *
 * What a signal can be at the most counts for no more than `unconfirmedCap`, the ratio just under
 * `critical`: a guess never outweighs a fact that is worse than `warning`. An upper bound that
 * nothing else bears out is in the reading with no more than `uncorroboratedCap`, the ratio just
 * under where `critical` is left: it holds `warning` and nothing above.
 */
export function fuse(
  signals: readonly Signal[],
  unconfirmedCap: number,
  uncorroboratedCap: number = unconfirmedCap,
): FusedReading | undefined {
  let dominant: Signal | undefined
  let heaviest = -1
  let lower = 0
  let upper = 0
  for (const signal of signals) {
    const cap = signal.uncorroborated === true ? uncorroboratedCap : Number.POSITIVE_INFINITY
    lower = Math.max(lower, signal.lower)
    upper = Math.max(upper, signal.lower, Math.min(signal.upper, cap))
    const weight = Math.max(signal.lower, Math.min(signal.upper, unconfirmedCap))
    if (dominant === undefined || weight > heaviest) {
      dominant = signal
      heaviest = weight
    }
  }
  return dominant === undefined ? undefined : { lower, upper, dominant }
}
