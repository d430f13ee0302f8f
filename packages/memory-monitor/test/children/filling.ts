import { writeSync } from 'node:fs'
import { runInNewContext } from 'node:vm'
import { levelRank } from '@cultus/core'
import { MemoryMonitor } from '@cultus/memory-monitor'

/**
 * Fills the heap by so many bytes every so many milliseconds: until it dies, or with `deathPoint` to 90 % of
 * that, when it lets go and idles until the level is normal.
 */
const [bytesPerStep = '', step = '', deathPoint] = process.argv.slice(2)

function tell(line: unknown): void {
  // Synchronous: what is still in a buffer dies with the process.
  writeSync(1, `${JSON.stringify(line)}\n`)
}

const monitor = new MemoryMonitor(deathPoint === undefined ? {} : { deathPoint })
monitor.on('level', ({ level }) => tell({ level }))
monitor.start()
const { deathPointBytes } = monitor.snapshot().heap
tell({ deathPointBytes })

const held: number[][] = []
const filling = setInterval(() => {
  for (let bytes = 0; bytes < Number(bytesPerStep); bytes += 976)
    held.push(new Array<number>(120).fill(held.length))
  if (deathPoint === undefined || monitor.snapshot().heap.upperRatio < 0.9) return
  clearInterval(filling)
  waitUntil(isHigh, () => {
    held.length = 0
    waitUntil(isNormal, () => {
      const { forced } = monitor.snapshot().gc
      tell({ forced, gc: runInNewContext('typeof gc') })
    })
  })
}, Number(step))

function isHigh(): boolean {
  return levelRank(monitor.snapshot().level) >= levelRank('critical')
}

function isNormal(): boolean {
  return monitor.snapshot().level === 'normal'
}

/** Idles until something is so; the timer is all that runs. */
function waitUntil(isSo: () => boolean, then: () => void): void {
  const waiting = setInterval(() => {
    if (!isSo()) return
    clearInterval(waiting)
    then()
  }, 100)
}
