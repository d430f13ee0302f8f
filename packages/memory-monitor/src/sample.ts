import type { Confidence, PressureLevel } from '@cultus/core'
import type { GcStrikes } from './gc-strain.ts'
import type { Signal, SignalName } from './signal.ts'
import type { ContainerReading } from './sources/container-group.ts'
import type { HostReading } from './sources/host.ts'
import type { ProcessReading } from './sources/process.ts'
import type { StallReading } from './sources/psi.ts'
import type { ExperimentAssignment } from './tuning/experiment.ts'
import type { ShadowSnapshot } from './tuning/shadow-report.ts'

/** One measurement, as the history keeps it. */
export interface MemorySample extends ProcessReading {
  /** Wall-clock time in milliseconds since 1970. */
  readonly at: number
  readonly level: PressureLevel
  /** Used share of the death point of the deciding signal, as last confirmed. */
  readonly ratio: number
  /** The most that share can be now, garbage included. */
  readonly upperRatio: number
  readonly confidence: Exclude<Confidence, 'unknown'>
  /** The signal that decides. */
  readonly signal: SignalName
  /**
   * Old-generation bytes that were live at the last major collection; until the
   * first, those in use.
   */
  readonly liveBytes: number
  /** Old-generation bytes in use, garbage included. */
  readonly usedBytes: number
  readonly containerBytes?: number
  /**
   * The share of the time since the sample before that V8 was collecting, 0…1; all of the time in
   * which it marks counts, in some of which the program runs.
   */
  readonly gcShare: number
  /** Major collections since the monitor was made that V8 ran by itself. */
  readonly majors: number
  /** Major collections since the monitor was made that it forced. */
  readonly forced: number
  /**
   * How many milliseconds late the measurement was: the event loop was blocked that long, or
   * the timer starved.
   */
  readonly lateness: number
}

/** The heap against its death point. */
export interface HeapSnapshot {
  /**
   * Old-generation bytes that were live at the last major collection; until the
   * first, those in use.
   */
  readonly liveBytes: number
  /** Old-generation bytes in use, garbage included. */
  readonly usedBytes: number
  /** The size of the old generation at which V8 ends the process. */
  readonly deathPointBytes: number
  /** Live bytes as a share of the death point. */
  readonly ratio: number
  /** Used bytes as a share of the death point. */
  readonly upperRatio: number
}

/** Garbage collections as the monitor saw them. */
export interface CollectionCounts {
  /** Major ones that V8 ran by itself. */
  readonly majors: number
  /** Major ones that the monitor forced to verify a reading. */
  readonly forced: number
  /**
   * Collections in a row that freed too little for the time they took, up to 4: near the fourth V8
   * ends the process at 80 % of the death point already, and `ratio` counts against that.
   */
  readonly strikes: GcStrikes
}

/** Everything the monitor knows at one moment. */
export interface MemorySnapshot {
  /**
   * Wall-clock time of the measurement, in milliseconds since 1970; 0 when none has succeeded yet.
   */
  readonly at: number
  readonly level: PressureLevel
  /** Used share of the death point of the deciding signal, as last confirmed. */
  readonly ratio: number
  /** The most that share can be now, garbage included. */
  readonly upperRatio: number
  /** `unknown` when the last measurement could read nothing. */
  readonly confidence: Confidence
  readonly signal: SignalName
  /** One sentence for people. */
  readonly reason: string
  /** Every signal as last read, the deciding one among them. */
  readonly signals: readonly Signal[]
  readonly heap: HeapSnapshot
  readonly process: ProcessReading
  /** Absent where no control group has a limit. */
  readonly container?: ContainerReading
  /** Memory of the machine, where no container has a limit and the machine tells. */
  readonly host?: HostReading
  /**
   * How long tasks waited for memory, of the container or the machine; absent
   * where neither is told.
   */
  readonly psi?: StallReading
  readonly gc: CollectionCounts
  /** Measurements in which something could not be read. */
  readonly failures: number
  /** What a shadow set would have done; absent where there is none. */
  readonly shadow?: ShadowSnapshot
  /** The cohort of this instance; absent outside of an experiment. */
  readonly experiment?: ExperimentAssignment
}
