import { flatKey, type Subject } from './cache-subjects.ts'
import { uniformIndexes, zipfIndexes } from './zipf.ts'

/** What one pass of a workload showed. */
export interface Pass {
  /** Nanoseconds for each operation. */
  readonly time: number
  /** Share of the reads that found something, where the workload reads what may be missing. */
  readonly hitRatio?: number
}

/** Prepares a subject for a workload, and returns what runs one pass of it. */
type Workload = (subject: Subject, maxEntries: number) => () => Pass

const passLength = 2 ** 18

function keysOf(count: number): string[] {
  return Array.from({ length: count }, (_, index) => flatKey(index))
}

function fill(subject: Subject, keys: readonly string[]): void {
  for (const [id, key] of keys.entries()) subject.set(key, { id })
}

function timed(operations: number, pass: () => void): number {
  const start = performance.now()
  pass()
  return ((performance.now() - start) * 1e6) / operations
}

/**
 * Warm get: a permission cache that holds everybody. Overwrite: a cache of last-seen times. Set and evict: a scan of
 * keys that never come back. Zipf: read-through traffic over five times as many keys as fit.
 */
export const workloads: Readonly<Record<string, Workload>> = {
  'warm get': (subject, maxEntries) => {
    const keys = keysOf(maxEntries)
    fill(subject, keys)
    const order = uniformIndexes(passLength, maxEntries, 42)
    let found = 0
    return () => {
      const time = timed(passLength, () => {
        for (const index of order) if (subject.get(keys[index] ?? '') !== undefined) found += 1
      })
      if (found % passLength !== 0) throw new Error('a warm get missed')
      return { time }
    }
  },
  overwrite: (subject, maxEntries) => {
    const keys = keysOf(maxEntries)
    fill(subject, keys)
    const order = uniformIndexes(passLength, maxEntries, 42)
    return () => ({
      time: timed(passLength, () => {
        for (const index of order) subject.set(keys[index] ?? '', { id: index })
      }),
    })
  },
  'set + evict': (subject, maxEntries) => {
    const keys = keysOf(4 * maxEntries)
    fill(subject, keys)
    let next = 0
    return () => ({
      time: timed(passLength, () => {
        for (let step = 0; step < passLength; step++) {
          subject.set(keys[next] ?? '', { id: next })
          next = next + 1 < keys.length ? next + 1 : 0
        }
      }),
    })
  },
  'zipf mixed': (subject, maxEntries) => {
    const keys = keysOf(5 * maxEntries)
    const order = zipfIndexes(passLength, keys.length, 0.99, 42)
    return () => {
      let hits = 0
      const time = timed(passLength, () => {
        for (const index of order) {
          const key = keys[index] ?? ''
          if (subject.get(key) === undefined) subject.set(key, { id: index })
          else hits += 1
        }
      })
      return { time, hitRatio: hits / passLength }
    }
  },
}
