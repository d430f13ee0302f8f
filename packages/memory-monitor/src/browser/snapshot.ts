import type { Confidence, PressureLevel } from '@cultus/core'
import type { BrowserSignalName } from './page-memory.ts'
import type { PageMeasurement, ScriptHeap } from './sources.ts'

/** One look at the page. */
export interface BrowserMemorySample {
  /** Wall-clock time in milliseconds since 1970. */
  readonly at: number
  readonly level: PressureLevel
  /** Used share of the death point of the deciding signal, as last confirmed. */
  readonly ratio: number
  /** The most that share can be now, garbage included. */
  readonly upperRatio: number
  readonly confidence: Exclude<Confidence, 'unknown'>
  /** The signal that decides. */
  readonly signal: BrowserSignalName
}

/** Everything the monitor knows about the page at one moment. */
export interface BrowserMemorySnapshot {
  /**
   * Wall-clock time of the last reading, in milliseconds since 1970; 0 when none has succeeded yet.
   */
  readonly at: number
  readonly level: PressureLevel
  /** Used share of the death point of the deciding signal, as last confirmed. */
  readonly ratio: number
  /** The most that share can be now, garbage included. */
  readonly upperRatio: number
  /** `unknown` where the browser tells nothing: such a page has no level. */
  readonly confidence: Confidence
  /** `undefined` where the browser tells nothing. */
  readonly signal: BrowserSignalName | undefined
  /** One sentence for people. */
  readonly reason: string
  /** The script heap, where the engine tells it. */
  readonly scriptHeap?: ScriptHeap
  /** The last measurement of the page. */
  readonly measured?: PageMeasurement
  /** How many measurements of the page have succeeded. */
  readonly measurements: number
  /** Readings and measurements that failed. */
  readonly failures: number
}
