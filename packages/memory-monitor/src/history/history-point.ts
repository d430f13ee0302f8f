import type { PressureLevel } from '@cultus/core'

/** The width of a bucket. */
export type HistoryResolution = 'seconds' | 'minutes' | 'hours'

/** The resolutions, from the finest to the coarsest. */
export const historyResolutions: readonly ['seconds', 'minutes', 'hours'] = [
  'seconds',
  'minutes',
  'hours',
]

/** The width of a bucket of each resolution, in milliseconds. */
export const bucketWidths: Readonly<Record<HistoryResolution, number>> = {
  seconds: 1_000,
  minutes: 60_000,
  hours: 3_600_000,
}

/** Milliseconds spent at each level. */
export type LevelTimes = Readonly<Record<PressureLevel, number>>

/** What happened in one second, minute or hour in which something was measured. */
export interface HistoryPoint {
  /** When the bucket begins, in milliseconds since 1970. */
  readonly at: number
  /** How many samples came. */
  readonly samples: number
  /** Used share of the death point, as confirmed. */
  readonly ratio: RatioSummary
  /** The most that share can have been, garbage included. */
  readonly upperRatio: { readonly max: number; readonly last: number }
  readonly worstLevel: PressureLevel
  /** Live bytes of the old generation; absent until a collection has told them. */
  readonly liveBytes?: { readonly max: number; readonly mean: number }
  /** The most bytes of the old generation in use, garbage included. */
  readonly usedBytes: number
  /**
   * Bytes by which the old generation grew from sample to sample: the least the program put there.
   */
  readonly grownBytes: number
  readonly rssBytes: number
  readonly externalBytes: number
  /** The most bytes the container used; absent where there is none. */
  readonly containerBytes?: number
  /** The mean share of the time that went into collecting; absent where it is not known. */
  readonly gcShare?: number
  /** Major collections that V8 ran by itself, and those that the monitor forced. */
  readonly majors: number
  readonly forced: number
  /** The time since the sample before each sample, by the level that sample had. */
  readonly time: LevelTimes
}

/** The least, the most, the mean and the last of a ratio. */
export interface RatioSummary {
  readonly min: number
  readonly max: number
  readonly mean: number
  readonly last: number
}

/** A measure of which percentiles and trends can be taken. */
export type HistoryField =
  | 'ratio'
  | 'upperRatio'
  | 'liveBytes'
  | 'usedBytes'
  | 'rssBytes'
  | 'externalBytes'
  | 'containerBytes'
  | 'gcShare'
