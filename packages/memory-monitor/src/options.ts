import type { ByteSize, Clock, PressureBus } from '@cultus/core'
import type { AlertEngineOptions } from './alerts/engine-options.ts'
import type { EvidenceOptions } from './evidence/options.ts'
import type { HistoryOptions } from './history/history-options.ts'
import type { MemorySources } from './sources/sources.ts'
import type { ExperimentOptions } from './tuning/experiment.ts'
import type { LevelSettings } from './tuning/level-settings.ts'
import type { ShadowThresholds } from './tuning/shadow-levels.ts'

/** Settings of `MemoryMonitor` that can be changed while it runs, with `configure`. */
export interface MemoryMonitorSwitches {
  /**
   * Whether a reading that cannot be told from garbage may be verified by a forced collection,
   * which stops the program for about a millisecond per live mebibyte; at most every 2 s and a
   * twentieth of the time, or four times that of an idle program.
   *
   * @defaultValue true
   */
  readonly verify?: boolean
  /**
   * Whether a forecast may raise the level: to `critical`, when steady growth ends the process
   * within ten seconds.
   *
   * @defaultValue true
   */
  readonly predictive?: boolean
  /**
   * Thresholds that are tried without acting on them; each that is not given is as in force.
   *
   * @defaultValue none
   */
  readonly shadowThresholds?: ShadowThresholds | undefined
}

/** Settings for `MemoryMonitor`. */
export interface MemoryMonitorOptions extends LevelSettings, MemoryMonitorSwitches {
  /**
   * Time between two measurements while all is well, in milliseconds.
   *
   * @defaultValue 1000
   */
  readonly interval?: number
  /**
   * Time between two measurements above `normal`, within ten points of `warning`, or while the
   * heap fills so fast that fewer than four at the longer interval would come before
   * `warning`, in milliseconds.
   *
   * @defaultValue 200, or `interval` where that is less
   */
  readonly fastInterval?: number
  /**
   * What is measured: the whole process, or only the heap of this thread. What threads share is
   * measured once, by the main thread; `watchThreads` tells the others.
   *
   * @defaultValue `'process'` on the main thread, `'thread'` in a worker thread
   */
  readonly scope?: 'process' | 'thread'
  /**
   * The name of this source on the bus; monitors of one bus need different ones.
   *
   * @defaultValue `'memory-monitor'`
   */
  readonly name?: string
  /**
   * How much of the past is kept.
   *
   * @defaultValue 600 seconds, 1440 minutes, 720 hours and the last 300 samples
   */
  readonly history?: HistoryOptions
  /**
   * Sets of thresholds to compare, each in force on a share of the instances,
   * over those given here.
   *
   * @defaultValue none
   */
  readonly experiment?: ExperimentOptions
  /**
   * The size of the old generation that counts as the end of the process, in bytes.
   *
   * @defaultValue what `heapDeathPoint()` finds
   */
  readonly deathPoint?: ByteSize
  /**
   * Where alerts go: settings of an `AlertEngine` that starts and stops with the monitor.
   *
   * @defaultValue none: alerts stay on the bus
   */
  readonly alerts?: Omit<AlertEngineOptions, 'bus' | 'clock' | 'name'>
  /**
   * What is written down when memory runs short, and where: settings of an `EvidenceCollector` that
   * starts and stops with the monitor.
   *
   * @defaultValue none: nothing is ever written
   */
  readonly evidence?: EvidenceOptions
  /**
   * The root of the file system under which control groups are looked for.
   *
   * @defaultValue `'/'`
   */
  readonly root?: string
  /** @defaultValue the bus of the process, `pressureBus()` */
  readonly bus?: PressureBus
  /** @defaultValue `systemClock` */
  readonly clock?: Clock
  /**
   * Where readings come from.
   *
   * @internal
   */
  readonly sources?: MemorySources
}
