/**
 * One measurement of the monitor, over and over: what a service pays once a second, five times under pressure.
 *
 * Baselines: `process.memoryUsage()` (which the measurement contains, and the least a monitor can do) and an
 * empty call (what the timing itself costs). Nothing is forced to collect meanwhile; the history is full
 * before the heap is weighed, so that growth is a leak and not a buffer that fills.
 *
 * The container is three files of a control group written for the occasion, so that a machine without a limit
 * pays for reading them too.
 *
 * Run with `--quick` for a tenth of the measurements.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { MemoryMonitor } from '@cultus/memory-monitor'

const quick = process.argv.includes('--quick')
const ticks = quick ? 10_000 : 100_000
/** More than the history keeps one by one, so that its buffer is full. */
const warmUp = 7_200
const goalMicroseconds = 50
const goalGrowthBytes = 256 * 1_024

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
  for (let warm = 0; warm < warmUp; warm++) call()
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

/** The root of a file system in which this process is in a container that uses half of a GiB. */
function containerRoot(): string {
  const root = mkdtempSync(join(tmpdir(), 'cultus-bench-'))
  mkdirSync(join(root, 'proc/self'), { recursive: true })
  mkdirSync(join(root, 'sys/fs/cgroup'), { recursive: true })
  writeFileSync(join(root, 'proc/self/cgroup'), '0::/\n')
  writeFileSync(join(root, 'sys/fs/cgroup/memory.max'), `${2 ** 30}\n`)
  writeFileSync(join(root, 'sys/fs/cgroup/memory.current'), `${2 ** 29}\n`)
  const fields = Array.from({ length: 50 }, (_, index) => `field_${index} ${index * 4_096}\n`)
  const stat = `${fields.join('')}inactive_file 1048576\nslab_reclaimable 4096\n`
  writeFileSync(join(root, 'sys/fs/cgroup/memory.stat'), stat)
  return root
}

const root = containerRoot()
const monitor = new MemoryMonitor({ name: 'machine' }).start()
const contained = new MemoryMonitor({ name: 'container', root }).start()
const subjects = {
  'an empty call': () => {},
  'process.memoryUsage()': () => process.memoryUsage(),
  'monitor.tick()': () => monitor.tick(),
  'the same, in a container': () => contained.tick(),
}

console.log(
  `Node ${process.version}, ${cpus()[0]?.model ?? 'unknown CPU'}, ${ticks} measurements each\n`,
)
const figures = Object.entries(subjects).map(([name, call]) => [name, measure(name, call)] as const)
monitor.stop()
contained.stop()
rmSync(root, { recursive: true })

const columns = ['p50 µs', 'p99 µs', 'max µs', 'heap growth, bytes']
console.log(['subject'.padEnd(26), ...columns.map((column) => column.padStart(20))].join(''))
for (const [name, { p50, p99, longest, growth }] of figures) {
  const cells = [p50.toFixed(1), p99.toFixed(1), longest.toFixed(0), String(growth)]
  console.log([name.padEnd(26), ...cells.map((cell) => cell.padStart(20))].join(''))
}

const ours = figures.slice(2).map(([, each]) => each)
const p99 = Math.max(...ours.map((each) => each.p99))
const growth = Math.max(...ours.map((each) => each.growth))
const passed = p99 < goalMicroseconds && growth < goalGrowthBytes
console.log(
  `\n${passed ? 'PASS' : 'FAIL'}: p99 ${p99.toFixed(1)} µs (goal: under ${goalMicroseconds}), ` +
    `heap growth ${growth} bytes (goal: under ${goalGrowthBytes})`,
)
if (!passed) process.exitCode = 1
