/**
 * The program of the self-test: fills its own heap until V8 ends it, under the eyes of a monitor.
 */
import { writeSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { pressureBus } from '@cultus/core'
import { heapDeathPoint } from '../death-point.ts'
import { MemoryMonitor } from '../monitor.ts'
import { oldGenerationBytes } from '../sources/v8-heap.ts'
import type { ChildMessage } from './message.ts'

const stepEvery = 10
/** The whole heap in ten seconds, or slower where that is more than a machine may allocate. */
const shareAMillisecond = 1 / 10_000
const mostAMillisecond = 200_000
/** A pause is not made up for: the program would block again at once. */
const longestStep = 100
/** An array of 120 small integers on a 64-bit machine, and the place it stands in. */
const arrayBytes = 1016

/**
 * What a process takes beside its old generation, as a factor: the young one, code,
 * V8's own bookkeeping.
 */
const room = 1.25

function tell(message: ChildMessage): void {
  // Synchronous: what is still in a buffer dies with the process.
  let rest = Buffer.from(`${JSON.stringify(message)}\n`)
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(1, rest))
    } catch (error) {
      // A full pipe is waited for; when nobody reads, there is no test any more.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') process.exit(1)
    }
  }
}

const deathPoint = heapDeathPoint()
tell({ deathPoint })
// A heap that does not fit would have the kernel choose what dies, and that may be another process.
const available = process.availableMemory()
if (available < deathPoint.bytes * room) {
  tell({ shortBytes: available })
  process.exit(0)
}
pressureBus().subscribe('level', ({ level }) => tell({ level }))
new MemoryMonitor().start()

const held: number[][][] = []
const rate = Math.min(deathPoint.bytes * shareAMillisecond, mostAMillisecond)
let last = performance.now()
setInterval(() => {
  const now = performance.now()
  const block: number[][] = []
  for (let due = Math.min(now - last, longestStep) * rate; due > 0; due -= arrayBytes)
    block.push(new Array<number>(120).fill(due))
  held.push(block)
  last = now
  tell({ usedBytes: oldGenerationBytes() })
}, stepEvery)
