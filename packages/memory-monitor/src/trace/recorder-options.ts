import {
  type ByteSize,
  type Clock,
  invalidOption,
  numberOption,
  parseBytes,
  systemClock,
} from '@cultus/core'
import { heapDeathPoint } from '../death-point.ts'
import type { MemoryMonitor } from '../monitor.ts'
import { nodeSources } from '../sources/node.ts'
import type { MemorySources } from '../sources/sources.ts'
import { assertWorkload } from './format.ts'
import type { TraceHeader } from './trace.ts'

/** Settings for `TraceRecorder`. */
export interface TraceRecorderOptions {
  /** The file that is written, anew each time. */
  readonly path: string
  /**
   * A monitor whose levels are recorded too.
   *
   * @defaultValue none
   */
  readonly monitor?: Pick<MemoryMonitor, 'name' | 'on'>
  /**
   * Time between two readings of the heap, in milliseconds; the rest is read every tenth time.
   *
   * @defaultValue 100
   */
  readonly interval?: number
  /**
   * Whether lines are written in blocks, at least every ten intervals, rather than one by one. That
   * is cheaper, and loses the last block of a process that dies.
   *
   * @defaultValue false
   */
  readonly buffered?: boolean
  /**
   * The size at which the recording ends by itself.
   *
   * @defaultValue `'64MiB'`
   */
  readonly maxBytes?: ByteSize
  /**
   * What the header says the process does.
   *
   * @defaultValue `'recorded'`
   */
  readonly workload?: string
  /**
   * The numbers and words of the workload.
   *
   * @defaultValue none
   */
  readonly parameters?: Readonly<Record<string, string | number | boolean>>
  /**
   * The seed of the workload.
   *
   * @defaultValue none
   */
  readonly seed?: number
  /**
   * The size of the old generation that counts as the end of the process.
   *
   * @defaultValue what `heapDeathPoint()` finds
   */
  readonly deathPoint?: ByteSize
  /**
   * The root of the file system under which control groups are looked for.
   *
   * @defaultValue `'/'`
   */
  readonly root?: string
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
export interface ResolvedRecorderOptions {
  readonly path: string
  readonly monitor: Pick<MemoryMonitor, 'name' | 'on'> | undefined
  readonly interval: number
  readonly buffered: boolean
  readonly maxBytes: number
  readonly about: Pick<TraceHeader, 'workload' | 'parameters' | 'seed'>
  readonly deathPointBytes: number
  readonly clock: Clock
  readonly sources: MemorySources
  /** Whether the heap of this process is what the sources read. */
  readonly ownHeap: boolean
}

/**
 * Fills in defaults and refuses what cannot be meant.
 *
 * @throws CultusError `CULTUS_INVALID_OPTION`
 */
export function resolveRecorderOptions(options: TraceRecorderOptions): ResolvedRecorderOptions {
  const { path, monitor, buffered = false, workload = 'recorded', deathPoint, sources } = options
  const { parameters, seed, clock = systemClock, root = '/' } = options
  if (typeof path !== 'string' || path === '')
    throw invalidOption('path', 'be a non-empty string', path)
  if (monitor !== undefined && typeof monitor?.on !== 'function')
    throw invalidOption('monitor', 'have a method `on`', monitor)
  if (typeof buffered !== 'boolean') throw invalidOption('buffered', 'be true or false', buffered)
  const about = { workload, ...(parameters && { parameters }), ...(seed !== undefined && { seed }) }
  assertWorkload(about)
  return {
    path,
    monitor,
    interval: numberOption('interval', options.interval ?? 100, 1, 3_600_000),
    buffered,
    maxBytes: parseBytes(options.maxBytes ?? '64MiB', 'maxBytes'),
    about,
    deathPointBytes:
      deathPoint === undefined ? heapDeathPoint().bytes : parseBytes(deathPoint, 'deathPoint'),
    clock,
    sources: sources ?? nodeSources(root),
    ownHeap: sources === undefined,
  }
}
