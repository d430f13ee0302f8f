/**
 * Runs one load: `child <settings as JSON> <record | survive> <milliseconds>`.
 *
 * Told to `record`, a monitor watches, and what is recommended is told; told to `survive`, only that the load was
 * completed. Either tells the processor time it took, and gives up when that is more than so many milliseconds.
 */
import { writeSync } from 'node:fs'
import { MemoryMonitor } from '@cultus/memory-monitor'
import { MemoryHistory } from '../../../packages/memory-monitor/src/history/memory-history.ts'
import { recommend } from '../../../packages/memory-monitor/src/tuning/recommend.ts'
import { type LoadSettings, runLoad } from './load.ts'

const [settings = '{}', purpose, allowed] = process.argv.slice(2)
const load = JSON.parse(settings) as LoadSettings

function processorMilliseconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

function tell(fields: object): void {
  if (processorMilliseconds() > Number(allowed)) process.exit(1)
  writeSync(1, `${JSON.stringify({ processorMilliseconds: processorMilliseconds(), ...fields })}\n`)
}

// A heap that is too small to work in need not be watched to the end.
setInterval(() => {
  if (processorMilliseconds() > Number(allowed)) process.exit(1)
}, 500).unref()

if (purpose === 'record') {
  const history = new MemoryHistory()
  const monitor = new MemoryMonitor()
  monitor.on('sample', (sample) => history.push(sample))
  monitor.start()
  const { deathPointBytes } = monitor.snapshot().heap
  runLoad(load, () => {
    // In so large a heap the last collection may be from before the load was all there. Here, while it still is.
    globalThis.gc?.()
    setTimeout(() => {
      monitor.stop()
      tell({ recommendation: recommend(history, { deathPointBytes }) })
    }, 500)
  })
} else {
  runLoad(load, () => tell({}))
}
