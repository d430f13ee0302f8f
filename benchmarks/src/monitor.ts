/**
 * One measurement of the monitor, over and over: what a service pays once a second, five times under pressure.
 *
 * Baselines: `process.memoryUsage()` (which the measurement contains, and the least a monitor can do) and an
 * empty call (what the timing itself costs). Nothing is forced to collect meanwhile; the history is full
 * before the heap is weighed, so that growth is a leak and not a buffer that fills.
 *
 * Run with `--quick` for a tenth of the measurements.
 */
import { cpus } from 'node:os'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { MemoryMonitor } from '@cultus/memory-monitor'

const quick = process.argv.includes('--quick')
const ticks = quick ? 10_000 : 100_000
const historySize = 3_600
const goalMicroseconds = 50
const goalGrowthBytes = 64 * 1_024

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

interface Figures {
  readonly p50: number
  readonly p99: number
  readonly longest: number
  /** Heap in use after a collection, less that before, in bytes. */
  readonly growth: number
}

function heapAfterCollection(): number {
  collect()
  collect()
  return process.memoryUsage().heapUsed
}

function measure(name: string, call: () => void): Figures {
  const microseconds = new Float64Array(ticks)
  for (let warm = 0; warm < 2 * historySize; warm++) call()
  const before = heapAfterCollection()
  const tenth = ticks / 10
  for (let tick = 0; tick < ticks; tick++) {
    const startedAt = process.hrtime.bigint()
    call()
    microseconds[tick] = Number(process.hrtime.bigint() - startedAt) / 1_000
    if ((tick + 1) % tenth === 0)
      process.stderr.write(`\r${name}: ${((tick + 1) / ticks) * 100} %   `)
  }
  process.stderr.write('\r\u001b[K')
  const growth = heapAfterCollection() - before
  microseconds.sort()
  const at = (share: number): number => microseconds[Math.floor(share * (ticks - 1))] ?? Number.NaN
  return { p50: at(0.5), p99: at(0.99), longest: at(1), growth }
}

const monitor = new MemoryMonitor({ historySize }).start()
const subjects = {
  'an empty call': () => {},
  'process.memoryUsage()': () => process.memoryUsage(),
  'monitor.tick()': () => monitor.tick(),
}

console.log(
  `Node ${process.version}, ${cpus()[0]?.model ?? 'unknown CPU'}, ${ticks} measurements each\n`,
)
const figures = Object.entries(subjects).map(([name, call]) => [name, measure(name, call)] as const)
monitor.stop()

const columns = ['p50 µs', 'p99 µs', 'max µs', 'heap growth, bytes']
console.log(['subject'.padEnd(24), ...columns.map((column) => column.padStart(20))].join(''))
for (const [name, { p50, p99, longest, growth }] of figures) {
  const cells = [p50.toFixed(1), p99.toFixed(1), longest.toFixed(0), String(growth)]
  console.log([name.padEnd(24), ...cells.map((cell) => cell.padStart(20))].join(''))
}

const { p99, growth } = figures[2]![1]
const passed = p99 < goalMicroseconds && growth < goalGrowthBytes
console.log(
  `\n${passed ? 'PASS' : 'FAIL'}: p99 ${p99.toFixed(1)} µs (goal: under ${goalMicroseconds}), ` +
    `heap growth ${growth} bytes (goal: under ${goalGrowthBytes})`,
)
if (!passed) process.exitCode = 1
