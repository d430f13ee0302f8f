/**
 * A busy HTTP server with a monitor, which times everything the monitor does: every timer of its clock, every call of
 * the observer of collections, and the start.
 *
 * Its arguments are how long it runs, in milliseconds, and of how many answers it keeps one for a while: the fewer, the more
 * often V8 collects. It is bundled.
 */
import { createServer } from 'node:http'
import { createRequire, syncBuiltinESMExports } from 'node:module'
import type { AddressInfo } from 'node:net'
import type * as perfHooks from 'node:perf_hooks'
import { type Clock, PressureBus, systemClock } from '@cultus/core'
import { MemoryMonitor } from '@cultus/memory-monitor'
import { tell } from '../workload/tell.ts'

const [duration = 0, keepOneOf = 1] = process.argv.slice(2).map(Number)

/** Milliseconds of CPU of each call, by what they were spent on. */
const spent = {
  start: [] as number[],
  ticks: [] as number[],
  collections: [] as number[],
  nothing: [] as number[],
}
const nothing = (): void => {}

/**
 * Counts in the time of a synchronous call: by the clock or by the CPU of the process, whichever is less. Either
 * is an upper bound, of a thread that another displaced and of one whose process has others.
 */
function timed<T>(kind: keyof typeof spent, call: () => T): T {
  const cpu = process.cpuUsage()
  const wall = process.hrtime.bigint()
  try {
    return call()
  } finally {
    const byClock = Number(process.hrtime.bigint() - wall) / 1e6
    const { user, system } = process.cpuUsage(cpu)
    spent[kind].push(Math.min(byClock, (user + system) / 1e3))
  }
}

const clock: Clock = {
  now: () => systemClock.now(),
  date: () => systemClock.date(),
  setTimer: (callback, delay) => systemClock.setTimer(() => timed('ticks', callback), delay),
}

/** Replaces the observer that the monitor is about to make by one that is timed. */
function timeCollections(): void {
  const hooks = createRequire(import.meta.url)('node:perf_hooks') as typeof perfHooks
  const { PerformanceObserver } = hooks
  class TimedObserver extends PerformanceObserver {
    constructor(callback: perfHooks.PerformanceObserverCallback) {
      super((list, observer) => {
        timed('collections', () => callback(list, observer))
        // As often as the rest and as cold: what the timing itself takes.
        timed('nothing', nothing)
      })
    }
  }
  hooks.PerformanceObserver = TimedObserver
  syncBuiltinESMExports()
}

timeCollections()
const monitor = new MemoryMonitor({ clock, bus: new PressureBus({ clock }), interval: 1_000 })

/** What a handler does: looks things up, builds an answer, keeps some of it for a while. */
const recent: string[] = []
let served = 0
const server = createServer((_, response) => {
  const rows = Array.from({ length: 200 }, (_, index) => ({
    id: index,
    name: `row ${index}`,
    served,
  }))
  const body = JSON.stringify(rows)
  if (served % keepOneOf === 0) recent.push(body)
  if (recent.length > 2_000) recent.shift()
  served++
  response.end(body)
})

server.listen(0, '127.0.0.1', () => {
  timed('start', () => monitor.start())
  const startedAt = performance.now()
  const startedWith = performance.eventLoopUtilization()
  tell('listening', { port: (server.address() as AddressInfo).port })
  setTimeout(() => {
    const wall = performance.now() - startedAt
    const { utilization } = performance.eventLoopUtilization(startedWith)
    const { gc, level } = monitor.snapshot()
    monitor.stop()
    tell('done', { wall, utilization, served, spent, level, ...gc })
    process.exit(0)
  }, duration)
})
