import {
  type Clock,
  type ConsumerRegistry,
  consumerRegistry,
  type ElevatedLevel,
  numberOption,
  type PressureBus,
  pressureBus,
  systemClock,
} from '@cultus/core'
import { ClusterTransport } from './cluster-channel.ts'
import { MemberWatch } from './member-watch.ts'
import type { MembersView } from './members-view.ts'
import { SharedLevel } from './shared-level.ts'
import { ThreadsTransport } from './thread-channel.ts'
import { checkMonitor, type WatchedMonitor } from './watched-monitor.ts'

/** Settings for {@link watchCluster}. */
export interface WatchClusterOptions {
  /**
   * Silence after which a member counts as `unknown`, in milliseconds during which the event loop
   * ran here; three of its own intervals at the least.
   *
   * @defaultValue 5000
   */
  readonly staleAfter?: number
  /**
   * Silence after which a member is forgotten that was not seen to end, in milliseconds during
   * which the event loop ran here.
   *
   * @defaultValue 300_000
   */
  readonly expireAfter?: number
  /**
   * Where the alerts of members are published.
   *
   * @defaultValue the bus of this thread, `pressureBus()`
   */
  readonly bus?: PressureBus
  /**
   * Where the metrics of the view are offered.
   *
   * @defaultValue the registry of this thread, `consumerRegistry()`
   */
  readonly registry?: ConsumerRegistry
  /** @defaultValue `systemClock` */
  readonly clock?: Clock
}

/** Settings for {@link watchThreads}. */
export interface WatchThreadsOptions extends WatchClusterOptions {
  /**
   * The share of the container's limit, or without one of the machine's memory, at which worker
   * threads are told of each level.
   *
   * @defaultValue `{ warning: 0.7, critical: 0.85, emergency: 0.95 }`
   */
  readonly thresholds?: Partial<Record<ElevatedLevel, number>>
}

/**
 * Watches the memory of every worker thread of this process that calls `reportMemory`, and tells
 * them the level of what they share with this one: the container, or without one the machine.
 *
 * `monitor` is that of this thread. Workers may come and go as they like; those that were
 * started before the view and are terminated, rather than ending by themselves, are noticed by
 * their silence only.
 *
 * @throws CultusError `CULTUS_INVALID_OPTION`
 * @throws CultusError `CULTUS_INVALID_ARGUMENT` for a monitor that is none.
 */
export function watchThreads(
  monitor: WatchedMonitor,
  options: WatchThreadsOptions = {},
): MembersView {
  checkMonitor(monitor)
  const resolved = resolve(options)
  const { clock } = resolved
  const { thresholds = {} } = options
  return new MemberWatch({
    ...resolved,
    group: 'threads',
    ownId: 'main',
    idPrefix: 'worker-',
    monitor,
    transport: new ThreadsTransport(),
    shared: new SharedLevel({ thresholds, clock }),
  })
}

/**
 * Watches the memory of every worker of this cluster that calls `reportMemory`; call it in the
 * primary, whose monitor `monitor` is.
 *
 * @throws CultusError `CULTUS_INVALID_OPTION`
 * @throws CultusError `CULTUS_INVALID_ARGUMENT` for a monitor that is none.
 */
export function watchCluster(
  monitor: WatchedMonitor,
  options: WatchClusterOptions = {},
): MembersView {
  checkMonitor(monitor)
  return new MemberWatch({
    ...resolve(options),
    group: 'cluster',
    ownId: 'primary',
    idPrefix: 'cluster-worker-',
    monitor,
    transport: new ClusterTransport(),
  })
}

interface ResolvedWatchOptions {
  readonly staleAfter: number
  readonly expireAfter: number
  readonly bus: PressureBus
  readonly registry: ConsumerRegistry
  readonly clock: Clock
}

function resolve(options: WatchClusterOptions): ResolvedWatchOptions {
  const { clock = systemClock, staleAfter = 5_000, expireAfter = 300_000 } = options
  return {
    staleAfter: numberOption('staleAfter', staleAfter, 1, 2 ** 31),
    expireAfter: numberOption('expireAfter', expireAfter, staleAfter, 2 ** 31),
    bus: options.bus ?? pressureBus(),
    registry: options.registry ?? consumerRegistry(),
    clock,
  }
}
