import type { ElevatedLevel } from '@cultus/core'

/** Milliseconds from `at` of a forecast until a mark is reached; `latest` may be `Infinity`. */
export interface ForecastInterval {
  readonly earliest: number
  readonly expected: number
  readonly latest: number
}

/** When this process will reach each level, and its end, should it go on as it did. */
export interface MemoryForecast
  extends Readonly<Record<ElevatedLevel | 'death', ForecastInterval>> {
  /** The signal that grows. */
  readonly signal: 'heap' | 'container'
  /** Wall-clock time in milliseconds since 1970. */
  readonly at: number
  /** The used share of the death point as last confirmed. */
  readonly ratio: number
  /** The same now, by the trend, and no more than what is used. */
  readonly projected: number
  /** Shares of the death point per second: the least, the likeliest and the most. */
  readonly growthPerSecond: {
    readonly least: number
    readonly likely: number
    readonly most: number
  }
  /** The share of the death point that this growth has taken since it began. */
  readonly grownBy: number
  /**
   * The share of the death point at which the process may end: V8 gives up on a crowded heap
   * before it is full.
   */
  readonly earliestCeiling: number
  /** Milliseconds until that share is reached at the likeliest growth; an alarm goes by this. */
  readonly untilCeiling: number
  /** How often the truth is meant to lie in an interval: 0.9. */
  readonly confidence: number
}
