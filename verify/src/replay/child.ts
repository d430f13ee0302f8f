/**
 * A load that is recorded, and all who watch it in the same process.
 *
 * Its one argument is a {@link RecordedChildArguments} as JSON. It is bundled, so that every line of Node.js runs it.
 */
import { PressureBus, type PressureLevel } from '@cultus/core'
import { MemoryMonitor, type MemoryMonitorOptions } from '@cultus/memory-monitor'
import { TraceRecorder } from '@cultus/memory-monitor/trace'
import { watchAsRivals } from '../rivals/observers.ts'
import { playLoad } from '../workload/load.ts'
import type { LoadOptions } from '../workload/options.ts'
import { tell } from '../workload/tell.ts'

/** What the child is told to do. */
export interface RecordedChildArguments {
  readonly load: LoadOptions
  /** The file of the trace. */
  readonly path: string
  /** What the trace is called. */
  readonly workload: string
  /** Milliseconds between two readings of the heap. */
  readonly interval?: number
  /** The monitors that watch, by the names their levels are recorded under. */
  readonly monitors: Readonly<Record<string, MemoryMonitorOptions>>
  /** Whether the rivals watch too; with the limit of the container, where there is one. */
  readonly rivals?: { readonly limitBytes: number }
}

const given = JSON.parse(process.argv[2] ?? '{}') as RecordedChildArguments
const { load, path, workload, interval = 100, monitors, rivals } = given

const recorder = new TraceRecorder({
  path,
  workload,
  interval,
  parameters: { ...load },
  seed: load.seed ?? 1,
}).start()
tell('recording', { node: process.versions.node })

const levels = new Map<string, PressureLevel>()
for (const [name, options] of Object.entries(monitors)) {
  const monitor = new MemoryMonitor({ ...options, name, bus: new PressureBus() })
  monitor.on('level', ({ level }) => {
    levels.set(name, level)
    recorder.level(name, level)
  })
  monitor.start()
}
if (rivals !== undefined)
  await watchAsRivals(rivals.limitBytes, (name, up) =>
    recorder.level(name, up ? 'critical' : 'normal'),
  )
// A full heap is cleared once every monitor has seen it, or without any after a while.
playLoad(load, () => {
  const seen = [...levels.values()].filter((level) => level !== 'normal')
  return seen.length > 0 && seen.length === Object.keys(monitors).length
})
