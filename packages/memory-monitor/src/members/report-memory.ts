import cluster from 'node:cluster'
import { isMainThread, threadId } from 'node:worker_threads'
import {
  type Clock,
  invalidOption,
  numberOption,
  type PressureBus,
  pressureBus,
  systemClock,
} from '@cultus/core'
import { ClusterWorkerTransport } from './cluster-channel.ts'
import { longestReportInterval } from './message.ts'
import { Reporter } from './reporter.ts'
import { ThreadTransport } from './thread-channel.ts'
import type { MemberTransport } from './transport.ts'
import { checkMonitor, type WatchedMonitor } from './watched-monitor.ts'

/** Settings for {@link reportMemory}. */
export interface ReportMemoryOptions {
  /**
   * A name for people, such as what the worker does; several may have the same.
   *
   * @defaultValue the `id` of the member, such as `worker-3`
   */
  readonly name?: string
  /**
   * Time between two reports, in milliseconds; a change of level is reported at once.
   *
   * @defaultValue 1000
   */
  readonly interval?: number
  /**
   * Where the level of the process appears in a worker thread, as the source `process`.
   *
   * @defaultValue the bus of this thread, `pressureBus()`
   */
  readonly bus?: PressureBus
  /** @defaultValue `systemClock` */
  readonly clock?: Clock
}

/**
 * Reports what a monitor measures to whoever watches, from a worker thread to the main one or from
 * a cluster worker to the primary, and returns a function that ends it. Elsewhere there is nobody
 * to report to, and nothing is done.
 *
 * A worker thread also hears of the level of its process, so that its caches answer to a container
 * that fills up elsewhere. Reporting keeps neither a thread nor a process alive.
 *
 * @throws CultusError `CULTUS_INVALID_OPTION`
 * @throws CultusError `CULTUS_INVALID_ARGUMENT` for a monitor that is none, also where
 * nothing would be done.
 */
export function reportMemory(
  monitor: WatchedMonitor,
  options: ReportMemoryOptions = {},
): () => void {
  checkMonitor(monitor)
  const { clock = systemClock, name } = options
  const interval = numberOption('interval', options.interval ?? 1_000, 1, longestReportInterval)
  if (name !== undefined && (typeof name !== 'string' || name === ''))
    throw invalidOption('name', 'be a non-empty string', name)
  const route = routeOf()
  if (route === undefined) return () => {}
  const { transport, id } = route
  const bus = options.bus ?? pressureBus()
  const reporter = new Reporter({ monitor, transport, name: name ?? id, interval, bus, clock })
  return () => reporter.stop()
}

function routeOf(): { readonly transport: MemberTransport; readonly id: string } | undefined {
  if (!isMainThread) return { transport: new ThreadTransport(), id: `worker-${threadId}` }
  const { worker } = cluster
  if (worker === undefined) return undefined
  return { transport: new ClusterWorkerTransport(worker.id), id: `cluster-worker-${worker.id}` }
}
