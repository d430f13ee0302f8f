import { subscribe } from 'node:diagnostics_channel'
import { PerformanceObserver } from 'node:perf_hooks'
import { getHeapSpaceStatistics } from 'node:v8'

/*
 * Loaded into both twins with `--import`, and the same for both. It knows nothing of Cultus: it reads V8 and
 * listens to a public diagnostics channel, on which only the protected twin speaks.
 */

/** One reading of the service's heap, as sent to the parent. */
export interface ProbeReading {
  readonly type: 'reading'
  readonly at: number
  /** Bytes of the old generation now, garbage included. */
  readonly used: number
  /** Bytes of the old generation right after the last major collection. */
  readonly live: number
  readonly rss: number
}

/** The level changed in a service that tells. */
export interface ProbeLevel {
  readonly type: 'level'
  readonly at: number
  readonly level: string
}

const period = 200
const majorCollection = 4
let live = oldGeneration()

function oldGeneration(): number {
  let bytes = 0
  for (const { space_name, space_used_size } of getHeapSpaceStatistics()) {
    if (!space_name.startsWith('new_') && space_name !== 'read_only_space') bytes += space_used_size
  }
  return bytes
}

function tell(message: ProbeReading | ProbeLevel): void {
  if (process.connected) process.send?.(message)
}

function read(): void {
  tell({
    type: 'reading',
    at: Date.now(),
    used: oldGeneration(),
    live,
    rss: process.memoryUsage.rss(),
  })
}

new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    if ((entry as unknown as { detail: { kind: number } }).detail.kind !== majorCollection) continue
    live = oldGeneration()
    read()
  }
}).observe({ entryTypes: ['gc'] })

subscribe('cultus:pressure:change', (message) => {
  tell({ type: 'level', at: Date.now(), level: (message as { level: string }).level })
})

setInterval(read, period).unref()
