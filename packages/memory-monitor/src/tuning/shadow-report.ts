import type { ElevatedLevel, PressureLevel } from '@cultus/core'
import type { LevelTimes } from '../history/history-point.ts'

/** A stretch in which the shadow and the levels in force differed. */
export interface Disagreement {
  /** Wall-clock time of its start, in milliseconds since 1970. */
  readonly at: number
  /** How long it lasted, in milliseconds; so far, if it is the present one. */
  readonly duration: number
  /** The levels at its start; either may have moved on before it ended. */
  readonly shadow: PressureLevel
  readonly actual: PressureLevel
}

/** The levels of a shadow set and those in force, side by side. */
export interface ShadowEvent {
  /** What the shadow set would have now, and had before. */
  readonly level: PressureLevel
  readonly previous: PressureLevel
  /** The level in force. */
  readonly actual: PressureLevel
  /** The bound of the reading by which the shadow changed, as a share of the death point. */
  readonly ratio: number
  /** Wall-clock time in milliseconds since 1970. */
  readonly at: number
}

/** One of two sets of thresholds, as it went since the start of the comparison. */
export interface LevelRecord {
  readonly level: PressureLevel
  /** Changes of level, up and down. */
  readonly transitions: number
  /** How often each level was entered from below. */
  readonly entries: Readonly<Record<ElevatedLevel, number>>
  /** Milliseconds spent at each level. */
  readonly time: LevelTimes
}

/** What a shadow set would have done, next to what was done. */
export interface ShadowSnapshot {
  readonly thresholds: Readonly<Record<ElevatedLevel, number>>
  readonly shadow: LevelRecord
  readonly actual: LevelRecord
  readonly disagreements: {
    /** Stretches that have ended, and the present one. */
    readonly count: number
    /** All of them together, and the longest, in milliseconds. */
    readonly total: number
    readonly longest: number
    /**
     * Of the total: with the shadow at a worse level than the one in force, and at a better one.
     */
    readonly shadowWorse: number
    readonly shadowBetter: number
    /** The last 32, oldest first; the present one is the last of them. */
    readonly recent: readonly Disagreement[]
  }
}
