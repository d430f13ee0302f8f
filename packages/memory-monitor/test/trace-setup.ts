import type { Trace, TraceEvent, TraceHeader } from '../src/trace/index.ts'

/** The header of a process with a heap of 100 bytes. */
export const header: TraceHeader = {
  type: 'trace',
  version: 1,
  node: '20.20.2',
  deathPointBytes: 100,
  heapLimitBytes: 150,
  hostBytes: 1_000,
  workload: 'test',
}

/** A trace of these events. */
export function traceOf(...events: readonly TraceEvent[]): Trace {
  return { header, events, torn: false }
}

/** A heap that holds `used(second)` bytes at each second, all of it live, and then survives. */
export function heapTrace(seconds: number, used: (second: number) => number): Trace {
  const events: TraceEvent[] = []
  for (let second = 0; second <= seconds; second++) {
    const t = second * 1_000
    events.push({ t, type: 'heap', used: used(second) })
    events.push({ t, type: 'held', bytes: used(second) })
  }
  return traceOf(...events, { t: seconds * 1_000, type: 'end', how: 'survived' })
}
