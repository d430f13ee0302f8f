import { isMainThread } from 'node:worker_threads'
import {
  type ByteSize,
  type Clock,
  type ElevatedLevel,
  invalidOption,
  type LevelDwell,
  LevelMachine,
  type LevelMachineOptions,
  numberOption,
  type PressureBus,
  parseBytes,
  pressureBus,
  systemClock,
} from '@cultus/core'
import { AlertEngine } from './alerts/alert-engine.ts'
import type { AlertEngineOptions } from './alerts/engine-options.ts'
import { heapDeathPoint } from './death-point.ts'
import type { EvidenceOptions } from './evidence/options.ts'
import { nodeSources } from './sources/node.ts'
import type { MemorySources } from './sources/sources.ts'
import { threadSources } from './sources/thread.ts'

/** Settings for {@link MemoryMonitor}. */
export interface MemoryMonitorOptions {
  /**
   * The share of the death point at which each level is entered, ascending, in (0, 1].
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
   * The ratio the process is known to have at rest; `thresholds.warning` less `hysteresis` must lie above it.
   *
   * @defaultValue 0.05
   */
  readonly restingRatio?: number
  /**
   * How long levels are held, in milliseconds.
   *
   * @defaultValue `{ fall: 1000, longest: 15_000, relapse: 60_000 }`
   */
  readonly dwell?: LevelDwell
  /**
   * Time between two measurements while all is well, in milliseconds.
   *
   * @defaultValue 1000
   */
  readonly interval?: number
  /**
   * Time between two measurements above `normal` or within ten points of `warning`, in milliseconds.
   *
   * @defaultValue 200, or `interval` where that is less
   */
  readonly fastInterval?: number
  /**
   * Whether a reading that cannot be told from garbage may be verified by a forced collection, which stops
   * the program for about a millisecond per live mebibyte; at most every 2 s and a twentieth of the time.
   *
   * @defaultValue true
   */
  readonly verify?: boolean
  /**
   * What is measured: the whole process, or only the heap of this thread. What threads share is measured once, by
   * the main thread; `watchThreads` tells the others.
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
   * How many samples the history keeps; a positive integer.
   *
   * @defaultValue 3600
   */
  readonly historySize?: number
  /**
   * The size of the old generation that counts as the end of the process, in bytes.
   *
   * @defaultValue what `heapDeathPoint()` finds
   */
  readonly deathPoint?: ByteSize
  /**
   * What is written down when memory runs short, and where: settings of an `EvidenceCollector` that starts and
   * stops with the monitor.
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
  /**
   * Where alerts go: settings of an `AlertEngine` that starts and stops with the monitor.
   *
   * @defaultValue none: alerts stay on the bus
   */
  readonly alerts?: Omit<AlertEngineOptions, 'bus' | 'clock' | 'name'>
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

/** Settings with every default filled in. */
export interface ResolvedOptions {
  readonly alerts: AlertEngine | undefined
  readonly evidence: EvidenceOptions | undefined
  readonly machine: LevelMachine
  readonly deathPointBytes: number
  readonly interval: number
  readonly fastInterval: number
  readonly verify: boolean
  readonly name: string
  readonly historySize: number
  readonly bus: PressureBus
  readonly clock: Clock
  readonly sources: MemorySources
}

const longestInterval = 3_600_000

/**
 * Fills in defaults and refuses what cannot be meant.
 *
 * @throws CultusError `CULTUS_INVALID_OPTION`
 */
export function resolveOptions(options: MemoryMonitorOptions): ResolvedOptions {
  const { clock = systemClock, verify = true, name = 'memory-monitor', root = '/' } = options
  const { historySize = 3600, deathPoint } = options
  const interval = numberOption('interval', options.interval ?? 1_000, 1, longestInterval)
  const fastInterval = numberOption(
    'fastInterval',
    options.fastInterval ?? Math.min(200, interval),
    1,
    interval,
  )
  const { scope = isMainThread ? 'process' : 'thread' } = options
  if (scope !== 'process' && scope !== 'thread')
    throw invalidOption('scope', "be 'process' or 'thread'", scope)
  if (typeof verify !== 'boolean') throw invalidOption('verify', 'be true or false', verify)
  if (typeof name !== 'string' || name === '')
    throw invalidOption('name', 'be a non-empty string', name)
  if (typeof root !== 'string' || root === '')
    throw invalidOption('root', 'be a non-empty string', root)
  if (!Number.isSafeInteger(historySize) || historySize < 1)
    throw invalidOption('historySize', 'be a positive integer', historySize)
  const deathPointBytes =
    deathPoint === undefined ? heapDeathPoint().bytes : parseBytes(deathPoint, 'deathPoint')
  const bus = options.bus ?? pressureBus()
  return {
    alerts:
      options.alerts === undefined
        ? undefined
        : new AlertEngine({ ...options.alerts, bus, clock, name }),
    machine: new LevelMachine({ ...levels(options), clock }),
    deathPointBytes,
    interval,
    fastInterval,
    verify,
    name,
    historySize,
    bus,
    clock,
    evidence: options.evidence,
    sources: options.sources ?? sourcesOf(scope, nodeSources(root, clock)),
  }
}

function sourcesOf(scope: 'process' | 'thread', sources: MemorySources): MemorySources {
  return scope === 'thread' ? threadSources(sources) : sources
}

/** The settings of the level machine that were given. */
function levels(options: MemoryMonitorOptions): LevelMachineOptions {
  const { thresholds, hysteresis, restingRatio, dwell } = options
  return {
    ...(thresholds !== undefined && { thresholds }),
    ...(hysteresis !== undefined && { hysteresis }),
    ...(restingRatio !== undefined && { restingRatio }),
    ...(dwell !== undefined && { dwell }),
  }
}
