import type { MemorySnapshot } from '../sample.ts'

/** What is needed of a `MemoryMonitor` to show its readings elsewhere. */
export interface WatchedMonitor {
  readonly running: boolean
  snapshot(): MemorySnapshot
  on(name: 'level' | 'sample', listener: () => void): () => void
}
