import { pressureBus } from '@cultus/core'
import { BrowserMemoryMonitor } from '@cultus/memory-monitor/browser'
import { boundQueries } from '@cultus/query-bounds'
import { QueryClient } from '@tanstack/query-core'

// The page under test: what the test calls from outside hangs on the global.

const bus = pressureBus()
const held = []
const levels = []
let monitor
let client
let bounds

globalThis.startMonitor = (options) => {
  monitor = new BrowserMemoryMonitor({
    interval: 200,
    fastInterval: 100,
    dwell: { fall: 300 },
    fastMeasureInterval: 500,
    ...options,
  })
  monitor.on('level', ({ level }) => levels.push(level))
  monitor.start()
}

globalThis.stopMonitor = () => monitor.stop()

globalThis.startQueries = (count) => {
  client = new QueryClient({ defaultOptions: { queries: { gcTime: Number.POSITIVE_INFINITY } } })
  bounds = boundQueries(client, { maxQueries: count, grace: 0 })
  for (let query = 0; query < count; query++)
    client.setQueryData(['row', query], { query, text: 'x'.repeat(100) })
}

/** Holds so many MiB more, as small arrays: 4 bytes an element, for Chromium compresses pointers. */
globalThis.hold = (mebibytes) => {
  for (let bytes = 0; bytes < mebibytes * 2 ** 20; bytes += 512)
    held.push(new Array(120).fill(held.length))
}

globalThis.letGo = () => {
  held.length = 0
}

globalThis.state = () => ({
  level: bus.level,
  confidence: bus.confidence,
  sources: bus.sources.map(({ name }) => name),
  snapshot: monitor.snapshot(),
  levels,
  queries: client?.getQueryCache().getAll().length,
  evictions: bounds?.stats().evictions,
})
