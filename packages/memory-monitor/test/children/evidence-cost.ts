import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs'
import { Session } from 'node:inspector/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { getHeapStatistics, writeHeapSnapshot } from 'node:v8'

/**
 * Prints what evidence costs on this machine. Run from the root of the repository:
 *
 *     node --import tsx packages/memory-monitor/test/children/evidence-cost.ts
 *
 * A snapshot is made in a process of its own for each shape of heap, since it is the peak that counts.
 */
const mib = 2 ** 20
const heapMebibytes = 64

const shapes: Readonly<Record<string, (index: number) => unknown>> = {
  'arrays of 120 numbers': (index) => new Array<number>(120).fill(index),
  'strings of 700 bytes': (index) => `${'x'.repeat(700)}${index}`.split('').join(''),
  'objects of three fields': (index) => ({ index, key: `key-${index}`, inner: { index } }),
}

/** CPU time of this process in milliseconds: unlike time on the clock, other work on the machine does not add to it. */
function cpuTime(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

/** A field of this process's status, in bytes: `VmRSS` now, `VmHWM` at the highest. */
function status(field: string): number {
  const text = readFileSync('/proc/self/status', 'utf8')
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(text)?.[1]) * 1024
}

function snapshotCost(shape: string): void {
  const make = shapes[shape]
  if (make === undefined) throw new Error(`no shape ${shape}`)
  const held: unknown[] = []
  while (getHeapStatistics().used_heap_size < heapMebibytes * mib)
    for (let index = 0; index < 1_000; index++) held.push(make(held.length))
  globalThis.gc?.()
  const directory = mkdtempSync(join(tmpdir(), 'evidence-cost-'))
  const path = join(directory, 'cost.heapsnapshot')
  const heap = getHeapStatistics().used_heap_size
  const before = status('VmRSS')
  const startedAt = cpuTime()
  writeHeapSnapshot(path)
  const pause = cpuTime() - startedAt
  const memory = (status('VmHWM') - before) / heap
  const file = statSync(path).size / heap
  rmSync(directory, { recursive: true })
  writeSync(
    1,
    `snapshot, ${shape}: ${memory.toFixed(1)} bytes of memory and ${file.toFixed(1)} on disk per byte ` +
      `of the heap, ${(pause / (heap / mib)).toFixed(0)} ms of CPU time per MiB (${held.length} held)\n`,
  )
}

/** CPU time that a program which does nothing but allocate takes more while it is sampled. */
async function profileCost(interval: number): Promise<void> {
  const ring: unknown[] = []
  const work = (): number => {
    const startedAt = cpuTime()
    for (let index = 0; index < 2_000_000; index++)
      ring[index % 20_000] = { index, pair: [index, index] }
    return cpuTime() - startedAt
  }
  for (let round = 0; round < 5; round++) work()
  const session = new Session()
  session.connect()
  const without: number[] = []
  const sampled: number[] = []
  for (let round = 0; round < 15; round++) {
    without.push(work())
    await session.post('HeapProfiler.startSampling', { samplingInterval: interval })
    sampled.push(work())
    await session.post('HeapProfiler.stopSampling')
  }
  session.disconnect()
  const median = (values: number[]): number => values.sort((one, other) => one - other)[7] ?? 0
  const share = (median(sampled) / median(without) - 1) * 100
  writeSync(
    1,
    `profile, a sample per ${interval / 1024} KiB: ${share.toFixed(1)} % more CPU time\n`,
  )
}

const [shape] = process.argv.slice(2)
if (shape !== undefined) snapshotCost(shape)
else {
  const self = fileURLToPath(import.meta.url)
  for (const each of Object.keys(shapes)) {
    const flags = ['--expose-gc', '--max-old-space-size=1024', '--import', 'tsx', self, each]
    execFileSync(process.execPath, flags, { stdio: 'inherit' })
  }
  for (const interval of [32, 128, 512]) await profileCost(interval * 1024)
}
