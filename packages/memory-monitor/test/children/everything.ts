import { readdirSync, writeSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { consumerRegistry, pressureBus } from '@cultus/core'
import {
  alertmanagerSink,
  functionSink,
  loggerSink,
  MemoryMonitor,
  watchCluster,
  watchThreads,
  webhookSink,
} from '@cultus/memory-monitor'
import { TraceRecorder } from '@cultus/memory-monitor/trace'

/** Starts every part there is, lets them work, stops them all, and tells what is left; then ends by itself. */
const [directory = tmpdir()] = process.argv.slice(2)

interface Left {
  readonly files: number
  readonly resources: readonly string[]
  readonly listeners: number
  readonly sources: number
  readonly statuses: number
}

function left(): Left {
  return {
    files: process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0,
    resources: process.getActiveResourcesInfo().toSorted(),
    listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
    sources: pressureBus().sources.length,
    statuses: consumerRegistry().statusProviders.length,
  }
}

function everything(url: string): () => void {
  const silent = { info() {}, warn() {}, error() {} }
  const monitor = new MemoryMonitor({
    interval: 20,
    thresholds: { warning: 0.7, critical: 0.85, emergency: 0.95 },
    shadowThresholds: { warning: 0.2 },
    experiment: {
      name: 'earlier',
      instance: 'one',
      cohorts: { a: { share: 0.5 }, b: { share: 0.5 } },
    },
    alerts: {
      sinks: [
        functionSink(() => {}),
        loggerSink(silent),
        webhookSink({ url }),
        alertmanagerSink({ url }),
      ],
    },
    evidence: { directory, profile: { from: 'start' } },
  }).start()
  const views = [watchThreads(monitor), watchCluster(monitor)]
  const recorder = new TraceRecorder({ path: join(directory, 'trace.jsonl'), monitor }).start()
  const leave = monitor.on('sample', () => {})
  pressureBus().publishAlert({
    name: 'Something',
    source: 'a test',
    severity: 'warning',
    status: 'firing',
    summary: 'for the sinks',
    at: Date.now(),
  })
  return () => {
    leave()
    recorder.stop()
    for (const view of views) view.stop()
    monitor.stop()
  }
}

const server = createServer((_, response) => response.end('{}')).listen(0, '127.0.0.1')
await new Promise((listening) => server.once('listening', listening))
const address = server.address()
const port = typeof address === 'object' ? address?.port : 0
// Once before anything is counted: what Node.js itself opens with the first use stays for good.
const stop = everything(`http://127.0.0.1:${port}/`)
await delay(300)
stop()
await delay(300)
server.closeAllConnections()
await delay(100)
const before = left()
const stopAgain = everything(`http://127.0.0.1:${port}/`)
await delay(300)
const during = left()
stopAgain()
await delay(300)
server.closeAllConnections()
await delay(100)
writeSync(1, `${JSON.stringify({ before, during, after: left() })}\n`)
server.close()
