import { invalidArgument } from '@cultus/core'
import type { MemorySnapshot } from '../sample.ts'

/** What is needed of a `MemoryMonitor` to show its readings elsewhere. */
export interface WatchedMonitor {
  readonly running: boolean
  snapshot(): MemorySnapshot
  on(name: 'level' | 'sample', listener: () => void): () => void
}

/**
 * Refuses what is no monitor.
 *
 * @throws CultusError `CULTUS_INVALID_ARGUMENT`
 */
export function checkMonitor(monitor: unknown): void {
  const { snapshot, on } = (monitor ?? {}) as Partial<WatchedMonitor>
  if (typeof snapshot !== 'function' || typeof on !== 'function')
    throw invalidArgument('monitor', 'have methods `snapshot` and `on`', monitor)
}
