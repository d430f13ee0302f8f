import type { ElevatedLevel, PressureLevel } from './level.ts'

/**
 * How sure a reading is: `confirmed` by a garbage collection or the kernel, `estimated` between two of
 * those, `unknown` when its source has gone silent.
 */
export type Confidence = 'confirmed' | 'estimated' | 'unknown'

/** What a source tells the bus: its level now, and why. */
export interface PressureReport {
  readonly level: PressureLevel
  /** Used share of the death point, 0…1; may exceed 1 for an instant. */
  readonly ratio: number
  /** @defaultValue `'confirmed'` */
  readonly confidence?: Exclude<Confidence, 'unknown'>
  /** The signal that decided, such as `heap` or `container`. */
  readonly signal?: string
  /** One sentence for people. */
  readonly reason?: string
  /**
   * Silence after which the source counts as `unknown`, in milliseconds.
   *
   * @defaultValue the bus's own `staleAfter`.
   */
  readonly staleAfter?: number
}

/** The effective level of the process changed. */
export interface PressureLevelEvent {
  readonly level: PressureLevel
  readonly previous: PressureLevel
  /** Used share of the death point as the deciding source last reported it. */
  readonly ratio: number
  readonly confidence: Confidence
  /** The source that decided, or `undefined` when the last one left. */
  readonly source: string | undefined
  readonly signal: string | undefined
  readonly reason: string | undefined
  /** Wall-clock time in milliseconds since 1970. */
  readonly at: number
}

/** One measurement of a source. */
export interface PressureSample {
  readonly source: string
  /** Used share of the death point: as last confirmed, and the most it can be now. */
  readonly ratio: number
  readonly upperRatio: number
  readonly level: PressureLevel
  readonly confidence: Confidence
  readonly signal: string
  /** Bytes by kind, such as `{ live, used, deathPoint, rss }`. */
  readonly bytes: Readonly<Record<string, number>>
  /** Wall-clock time in milliseconds since 1970. */
  readonly at: number
}

/** When a source expects a level to be reached, as an interval. */
export interface PressureForecast {
  readonly source: string
  readonly level: ElevatedLevel | 'death'
  /** Milliseconds from `at`: the earliest, the likeliest and the latest. */
  readonly earliest: number
  readonly expected: number
  readonly latest: number
  readonly at: number
}

/** Memory that came back, measured after a garbage collection. */
export interface ReliefEvent {
  /** The consumers that were asked to release. */
  readonly consumers: readonly string[]
  /** What they said they released, in bytes. */
  readonly claimedBytes: number
  /** What the heap shows, in bytes; negative when it grew meanwhile. */
  readonly measuredBytes: number
  readonly at: number
}

/** Something a person should know; any package raises one, the monitor's sinks deliver it. */
export interface PressureAlert {
  /** Stable name, such as `MemoryPressure`; alerts of one name and source are one alert. */
  readonly name: string
  readonly source: string
  readonly severity: 'info' | 'warning' | 'critical' | 'emergency'
  readonly status: 'firing' | 'resolved'
  readonly summary: string
  readonly labels?: Readonly<Record<string, string>>
  readonly at: number
}

/** The payload of each event on the bus. */
export interface PressureEvents {
  readonly level: PressureLevelEvent
  readonly sample: PressureSample
  readonly forecast: PressureForecast
  readonly relief: ReliefEvent
  readonly alert: PressureAlert
}

/** The name of an event on the bus. */
export type PressureEventName = keyof PressureEvents
