import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import type { MemoryMonitorOptions } from '@cultus/memory-monitor'
import {
  readTrace,
  type Trace,
  type TraceEnd,
  type TraceEvent,
  withEnd,
} from '@cultus/memory-monitor/trace'
import { bundle } from '../harness/bundle.ts'
import { createMemoryGroup } from '../harness/cgroup.ts'
import { type NodeLine, nodeBinary } from '../harness/node-versions.ts'
import { type ChildOutcome, type Death, runChild } from '../harness/run-child.ts'
import type { LoadOptions } from '../workload/options.ts'
import type { RecordedChildArguments } from './child.ts'

/** A load to record. */
export interface Recording {
  /** What the trace is called, such as `W1`. */
  readonly workload: string
  readonly line: NodeLine
  /** The cap of the old generation, in mebibytes. */
  readonly capMiB: number
  /** The limit of a real memory control group, in mebibytes; without one the run is not contained. */
  readonly limitMiB?: number
  readonly load: LoadOptions
  /** Milliseconds between two readings of the heap. */
  readonly interval?: number
  /** The monitors that watch, by name. */
  readonly monitors?: Readonly<Record<string, MemoryMonitorOptions>>
  /** Whether the rivals watch too. */
  readonly rivals?: boolean
}

/** What the group of a run was charged, page cache and all, in milliseconds since the child was started. */
interface Total {
  readonly at: number
  readonly bytes: number
}

const ends: Readonly<Record<Death, TraceEnd>> = {
  'heap limit': 'heap',
  'ineffective collections': 'ineffective',
  'invalid table size': 'heap',
  'worker out of memory': 'heap',
  killed: 'killed',
  timeout: 'crashed',
  failed: 'crashed',
}

const mebibyte = 2 ** 20
let script: Promise<string> | undefined

/** Whether this machine lets a process be put into a control group of its own. */
export function canContain(): boolean {
  const group = createMemoryGroup(512 * mebibyte)
  group?.remove()
  return group !== undefined
}

/** Runs a load in a process of its own and returns the trace of it; throws when it did not run as it should. */
export async function record(recording: Recording): Promise<Trace> {
  const { workload, line, capMiB, limitMiB, load, interval, monitors = {} } = recording
  const { rivals = false } = recording
  script ??= bundle(new URL('./child.ts', import.meta.url))
  const [bundled, node] = await Promise.all([script, nodeBinary(line)])
  const folder = mkdtempSync(join(tmpdir(), 'cultus-record-'))
  const path = join(folder, 'trace.jsonl')
  const group = limitMiB === undefined ? undefined : createMemoryGroup(limitMiB * mebibyte)
  if (limitMiB !== undefined && group === undefined)
    throw new Error('no memory control group can be made here')
  const limitBytes = limitMiB === undefined ? totalmem() : limitMiB * mebibyte
  const given: RecordedChildArguments = {
    load,
    path,
    workload,
    ...(interval !== undefined && { interval }),
    monitors,
    ...(rivals && { rivals: { limitBytes } }),
  }
  const totals: Total[] = []
  const begunAt = performance.now()
  const sampling = setInterval(() => {
    if (group) totals.push({ at: performance.now() - begunAt, bytes: group.usage() })
  }, 1_000)
  try {
    const outcome = await runChild({
      node,
      script: bundled,
      flags: [`--max-old-space-size=${capMiB}`],
      args: [JSON.stringify(given)],
      timeout: (load.duration ?? 60_000) + 60_000,
      group,
    })
    if (outcome.death === 'failed' || outcome.death === 'timeout')
      throw new Error(`${workload} did not run: ${outcome.stderr.slice(-2_000)}`)
    return withWhatTheParentKnows(readTrace(path), outcome, totals)
  } finally {
    clearInterval(sampling)
    group?.remove()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Adds the end, which the child did not see, what its load told about itself, and all that its group was charged. */
function withWhatTheParentKnows(
  trace: Trace,
  outcome: ChildOutcome,
  totals: readonly Total[],
): Trace {
  const { lines, death, endedAt } = outcome
  const startedAt = lines.find((line) => line['type'] === 'recording')?.at ?? 0
  const told: TraceEvent[] = []
  let held = 0
  for (const line of lines) {
    const t = Math.max(0, Math.round(line.at - startedAt))
    if (line['type'] !== 'phase') continue
    if (line['phase'] === 'cleared') {
      told.push({ t, type: 'held', bytes: held }, { t, type: 'held', bytes: 0 })
      told.push({ t, type: 'mark', name: 'relieved' })
    } else if (typeof line['heldBytes'] === 'number') {
      held = Math.round(line['heldBytes'])
      told.push({ t, type: 'held', bytes: held })
    }
  }
  const recorded = trace.events.map((event): TraceEvent => {
    const total = totals.findLast(({ at }) => at - startedAt <= event.t)
    return event.type === 'container' && total ? { ...event, total: total.bytes } : event
  })
  const events = [...recorded, ...told].sort((a, b) => a.t - b.t)
  const end = Math.max(0, Math.round(endedAt - startedAt))
  return withEnd({ ...trace, events }, death === undefined ? 'survived' : ends[death], end)
}
