import type { Clock } from './clock.ts'

interface HostTimers {
  performance: { now(): number }
  setTimeout(callback: () => void, delay: number): unknown
  clearTimeout(timer: unknown): void
}

/** The clock of the running machine. */
export const systemClock: Clock = {
  // Read through the global each time: a reference taken at import would escape fake timers.
  now: () => (globalThis as unknown as HostTimers).performance.now(),
  date: () => Date.now(),
  setTimer(callback, delay) {
    const host = globalThis as unknown as HostTimers
    const timer = host.setTimeout(callback, delay)
    // Node returns an object that can be unref'd, browsers a number that need not be.
    ;(timer as { unref?(): void }).unref?.()
    return () => host.clearTimeout(timer)
  },
}
