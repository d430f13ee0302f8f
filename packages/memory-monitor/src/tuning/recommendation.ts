import type { ElevatedLevel } from '@cultus/core'

/** What a recommendation is made by, besides the history. */
export interface RecommendOptions {
  /** The size of the old generation at which V8 ends the process now, in bytes. */
  readonly deathPointBytes: number
  /**
   * The thresholds that the advised heap must leave in peace.
   *
   * @defaultValue `{ warning: 0.7, critical: 0.85, emergency: 0.95 }`
   */
  readonly thresholds?: Partial<Record<ElevatedLevel, number>>
  /**
   * How far under its threshold a level is left, as a share of the death point.
   *
   * @defaultValue 0.05
   */
  readonly hysteresis?: number
  /**
   * How long before death each level should be entered at the fastest growth seen, in milliseconds.
   *
   * @defaultValue `{ warning: 60_000, critical: 15_000, emergency: 5000 }`
   */
  readonly leadTime?: Partial<Record<ElevatedLevel, number>>
  /**
   * What to go by, in milliseconds back from the last sample.
   *
   * @defaultValue `Infinity`: all that is known
   */
  readonly window?: number
  /**
   * The memory limit of the container, in bytes.
   *
   * @defaultValue none
   */
  readonly containerLimitBytes?: number
}

/** A size for the old generation. */
export interface HeapAdvice {
  readonly mebibytes: number
  /** The same for the command line or `NODE_OPTIONS`. */
  readonly flag: `--max-old-space-size=${number}`
  /** What the load seen would use of it right after a collection, at the 99th percentile. */
  readonly restingRatio: number
}

/** The load as the history shows it. */
export interface LoadSummary {
  /** The time that was measured, in milliseconds; what a process slept is not in it. */
  readonly span: number
  /** Major collections that told what was live. */
  readonly majors: number
  /** The most and the 99th percentile of the live bytes of the old generation. */
  readonly livePeakBytes: number
  readonly liveRestingBytes: number
  /** The 99th percentile of the confirmed share of the death point, whatever signal decided. */
  readonly restingRatio: number
  /** Bytes that came into the old generation, per second. */
  readonly promotedPerSecond: number
  /** The fastest growth of live bytes from their usual size upwards, per second. */
  readonly growthPerSecond: number
  /** Whether no collection came in the later half: live bytes may have grown since, unseen. */
  readonly stale: boolean
  /** Whether live bytes were rising all along. */
  readonly rising: boolean
  /** The mean share of the time that went into collecting; absent where it is not known. */
  readonly gcShare?: number
  /** The most resident memory outside the old generation, in bytes. */
  readonly outsideHeapBytes: number
}

/** What could be set, and why. */
export interface Recommendation {
  /** How far the history supports it: `none` when it does not even tell what is live. */
  readonly confidence: 'high' | 'fair' | 'low' | 'none'
  /**
   * The least heap that survives this load, and the least in which it leaves the
   * thresholds in peace.
   */
  readonly heap?: { readonly smallest: HeapAdvice; readonly advised: HeapAdvice }
  /** Thresholds for the heap as it is; absent where none would do. */
  readonly thresholds?: Readonly<Record<ElevatedLevel, number>>
  /** Sentences for people, the most important first. */
  readonly reasons: readonly string[]
  /** What was gone by; absent without any live bytes. */
  readonly load?: LoadSummary
}
