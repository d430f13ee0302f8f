import { type EventLoopUtilization, performance } from 'node:perf_hooks'

/**
 * Returns a function that tells the share of the time since its last call in which the event
 * loop was busy, 0…1.
 */
export function busyShareMeter(): () => number {
  let last: EventLoopUtilization | undefined
  return () => {
    // Two totals make an interval; one alone is the average of the whole life.
    const now = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(now, last)
    last = now
    return utilization
  }
}
