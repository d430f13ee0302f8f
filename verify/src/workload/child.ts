/**
 * The child of most commands: a load, the monitor that watches it, and a line for all that either does.
 *
 * Its one argument is a {@link ChildArguments} as JSON. It is bundled, so that every line of Node.js runs it.
 */
import { constants, PerformanceObserver, performance } from 'node:perf_hooks'
import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8'
import { isMainThread, type ResourceLimits, Worker } from 'node:worker_threads'
import { pressureBus } from '@cultus/core'
import { heapDeathPoint, MemoryMonitor, type MemoryMonitorOptions } from '@cultus/memory-monitor'
import { playLoad } from './load.ts'
import type { LoadOptions } from './options.ts'
import { tell } from './tell.ts'

/** What the child is told to do. */
export interface ChildArguments {
  /** Without one the child tells what it has found out about its heap, and ends. */
  readonly load?: LoadOptions
  /** `false` to run without a monitor. */
  readonly monitor?: MemoryMonitorOptions | false
  /** Milliseconds between two `tick` lines. */
  readonly tickEvery?: number
  /** Whether each garbage collection gets a line. */
  readonly collections?: boolean
  /** The limits of a worker thread in which to do all this. */
  readonly worker?: ResourceLimits
}

const youngOrReadOnly = new Set(['new_space', 'new_large_object_space', 'read_only_space'])

function oldGenerationBytes(): number {
  return getHeapSpaceStatistics()
    .filter(({ space_name }) => !youngOrReadOnly.has(space_name))
    .reduce((sum, { space_used_size }) => sum + space_used_size, 0)
}

function watch(settings: MemoryMonitorOptions): MemoryMonitor {
  pressureBus().subscribe('level', ({ level, previous, ratio, signal, reason }) =>
    tell('level', { level, previous, ratio, signal, reason }),
  )
  return new MemoryMonitor(settings).start()
}

function tellCollections(): void {
  const kinds = new Map([
    [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
    [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
  ])
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const kind = kinds.get((entry as { detail?: { kind?: number } }).detail?.kind ?? -1)
      if (kind === undefined) continue
      const { startTime, duration } = entry
      const lateness = performance.now() - startTime - duration
      tell('gc', { kind, startTime, duration, lateness, used: oldGenerationBytes() })
    }
  }).observe({ entryTypes: ['gc'], buffered: false })
}

function run({ load, monitor: settings = {}, tickEvery = 500, collections }: ChildArguments): void {
  const { bytes, origin } = heapDeathPoint()
  tell('start', {
    deathPointBytes: bytes,
    origin,
    heapSizeLimit: getHeapStatistics().heap_size_limit,
    node: process.versions.node,
  })
  if (load === undefined) return
  const monitor = settings === false ? undefined : watch(settings)
  if (collections) tellCollections()
  setInterval(() => {
    const { heap, gc, level, ratio, upperRatio } = monitor?.snapshot() ?? {}
    const used = oldGenerationBytes()
    const rss = process.memoryUsage.rss()
    tell('tick', { used, rss, live: heap?.liveBytes, level, ratio, upperRatio, ...gc })
  }, tickEvery)
  playLoad(
    load,
    () => monitor === undefined || ['critical', 'emergency'].includes(monitor.snapshot().level),
  )
}

const given = process.argv[2] ?? '{}'
const options = JSON.parse(given) as ChildArguments
if (isMainThread && options.worker !== undefined) {
  const worker = new Worker(new URL(import.meta.url), {
    argv: [given],
    resourceLimits: options.worker,
  })
  worker.on('error', (error: NodeJS.ErrnoException) => tell('worker-died', { code: error.code }))
} else run(options)
