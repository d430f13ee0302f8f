import {
  type ByteSize,
  type Clock,
  type ElevatedLevel,
  invalidOption,
  type LevelDwell,
  LevelMachine,
  numberOption,
  type PressureBus,
  parseBytes,
  pressureBus,
  systemClock,
} from '@cultus/core'
import { type BrowserSources, pageSources } from './sources.ts'

/** Settings for {@link BrowserMemoryMonitor}. */
export interface BrowserMemoryMonitorOptions {
  /**
   * The most memory the page should hold, such as `'512MiB'`: scripts, DOM, frames and workers
   * where the page can be measured, else scripts alone.
   *
   * @defaultValue none: then the limit of the engine counts, or half of what the device has
   */
  readonly limit?: ByteSize
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
   * The ratio the page is known to have at rest; `thresholds.warning` less `hysteresis`
   * must lie above it.
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
   * Time between two looks at the script heap while all is well, in milliseconds.
   *
   * @defaultValue 5000
   */
  readonly interval?: number
  /**
   * Time between two looks above `normal` or within ten points of `warning`, in milliseconds.
   *
   * @defaultValue 1000, or `interval` where that is less
   */
  readonly fastInterval?: number
  /**
   * Whether the page is measured with `performance.measureUserAgentSpecificMemory()` where that can
   * be: the browser collects garbage for it. Without it no level rises above `warning`.
   *
   * @defaultValue true
   */
  readonly measure?: boolean
  /**
   * Time between two measurements while all is well, in milliseconds.
   *
   * @defaultValue 60_000
   */
  readonly measureInterval?: number
  /**
   * Time between two measurements when a level may rise or be over, in milliseconds.
   *
   * @defaultValue 10_000, or `measureInterval` where that is less
   */
  readonly fastMeasureInterval?: number
  /**
   * The name of this source on the bus; monitors of one bus need different ones.
   *
   * @defaultValue `'browser-memory'`
   */
  readonly name?: string
  /** @defaultValue the bus of the page, `pressureBus()` */
  readonly bus?: PressureBus
  /** @defaultValue `systemClock` */
  readonly clock?: Clock
  /**
   * Where readings come from.
   *
   * @internal
   */
  readonly sources?: BrowserSources
}

/** Settings with every default filled in. */
export interface ResolvedBrowserOptions {
  readonly machine: LevelMachine
  readonly limitBytes: number | undefined
  readonly interval: number
  readonly fastInterval: number
  readonly measure: boolean
  readonly measureInterval: number
  readonly fastMeasureInterval: number
  readonly name: string
  readonly bus: PressureBus
  readonly clock: Clock
  readonly sources: BrowserSources
}

const longestInterval = 3_600_000

/**
 * Fills in defaults and refuses what cannot be meant.
 *
 * @throws CultusError `CULTUS_INVALID_OPTION`
 */
export function resolveOptions(options: BrowserMemoryMonitorOptions): ResolvedBrowserOptions {
  const { limit, measure = true, name = 'browser-memory', clock = systemClock } = options
  const { thresholds, hysteresis, restingRatio, dwell } = options
  const interval = timeOption('interval', options.interval ?? 5_000, longestInterval)
  const measureInterval = timeOption(
    'measureInterval',
    options.measureInterval ?? 60_000,
    longestInterval,
  )
  if (typeof measure !== 'boolean') throw invalidOption('measure', 'be true or false', measure)
  if (typeof name !== 'string' || name === '')
    throw invalidOption('name', 'be a non-empty string', name)
  return {
    machine: new LevelMachine({
      ...(thresholds !== undefined && { thresholds }),
      ...(hysteresis !== undefined && { hysteresis }),
      ...(restingRatio !== undefined && { restingRatio }),
      ...(dwell !== undefined && { dwell }),
      clock,
    }),
    limitBytes: limit === undefined ? undefined : parseBytes(limit, 'limit'),
    interval,
    fastInterval: timeOption(
      'fastInterval',
      options.fastInterval ?? Math.min(1_000, interval),
      interval,
    ),
    measure,
    measureInterval,
    fastMeasureInterval: timeOption(
      'fastMeasureInterval',
      options.fastMeasureInterval ?? Math.min(10_000, measureInterval),
      measureInterval,
    ),
    name,
    bus: options.bus ?? pressureBus(),
    clock,
    sources: options.sources ?? pageSources(),
  }
}

function timeOption(name: string, value: number, longest: number): number {
  return numberOption(name, value, 1, longest)
}
