import { invalidOption, numberOption } from '@cultus/core'

/** How much of the past is kept; memory is taken once, for all of it. */
export interface HistoryOptions {
  /**
   * How many of the last raw samples are kept as they came; a positive integer.
   *
   * @defaultValue 300
   */
  readonly samples?: number
  /**
   * How many buckets of a second are kept; a positive integer.
   *
   * @defaultValue 600: ten minutes
   */
  readonly seconds?: number
  /**
   * How many buckets of a minute are kept; a positive integer.
   *
   * @defaultValue 1440: a day
   */
  readonly minutes?: number
  /**
   * How many buckets of an hour are kept; a positive integer.
   *
   * @defaultValue 720: thirty days
   */
  readonly hours?: number
  /**
   * The longest time between two samples that counts as time at a level, in milliseconds. A longer
   * one is a process that slept or a clock that was set, and counts as no time at all.
   *
   * @defaultValue 30_000
   */
  readonly longestGap?: number
}

/** Settings with every default filled in. */
export type ResolvedHistoryOptions = Readonly<Required<HistoryOptions>>

/** A year of hours takes 2 MiB; more is a mistake rather than a wish. */
const mostBuckets = 100_000
const longestGap = 86_400_000

/**
 * Fills in defaults and refuses what cannot be meant.
 *
 * @throws CultusError `CULTUS_INVALID_OPTION`
 */
export function resolveHistoryOptions(options: HistoryOptions = {}): ResolvedHistoryOptions {
  const { samples = 300, seconds = 600, minutes = 1_440, hours = 720 } = options
  return {
    samples: count('history.samples', samples),
    seconds: count('history.seconds', seconds),
    minutes: count('history.minutes', minutes),
    hours: count('history.hours', hours),
    longestGap: numberOption('history.longestGap', options.longestGap ?? 30_000, 1, longestGap),
  }
}

function count(name: string, value: unknown): number {
  if (Number.isSafeInteger(value) && Number(value) >= 1 && Number(value) <= mostBuckets)
    return Number(value)
  throw invalidOption(name, `be a positive integer of at most ${mostBuckets}`, value)
}
