import { constants, type PerformanceEntry, PerformanceObserver, performance } from 'node:perf_hooks'
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { ForcedCollection, MajorCollection } from './collection.ts'
import { oldGenerationBytes } from './v8-heap.ts'

/** Node.js tells the kind of a collection, which no standard names. */
type GcEntry = PerformanceEntry & { readonly detail?: { readonly kind?: number } }

/** Takes no options: given `{ type: 'major' }`, Node.js 20 runs a minor collection. */
type Collect = () => void

/** Hears of major garbage collections, and forces one. */
export class GcSource {
  #observer: PerformanceObserver | undefined
  #collect: Collect | null | undefined
  /** Times on the scale of `performance.now()`, which that of the entries is. */
  #lastEnd = 0
  #forcedUntil = 0
  #markingSince: number | undefined

  /** Calls `onMajor` with each major collection from now on that was not forced here. */
  start(onMajor: (collection: MajorCollection) => void): void {
    this.stop()
    this.#lastEnd = performance.now()
    this.#markingSince = undefined
    // Called after every minor collection, when caches are cold: it does as little as can be.
    const { NODE_PERFORMANCE_GC_INCREMENTAL: marking, NODE_PERFORMANCE_GC_MAJOR: major } = constants
    const hear = (entry: GcEntry): void => {
      const kind = entry.detail?.kind
      // The start of marking shows as a collection of its own: counting both would double it.
      if (kind === marking) this.#markingSince ??= entry.startTime
      else if (kind === major) this.#hear(entry, onMajor)
    }
    this.#observer = new PerformanceObserver((list) => list.getEntries().forEach(hear))
    // Not buffered: entries would pile up where nobody reads them.
    this.#observer.observe({ entryTypes: ['gc'], buffered: false })
  }

  stop(): void {
    this.#observer?.disconnect()
    this.#observer = undefined
  }

  /** Collects the whole heap now, or returns `undefined` where this runtime does not let it. */
  collect(): ForcedCollection | undefined {
    if (this.#collect === undefined) this.#collect = findCollect() ?? null
    if (this.#collect === null) return undefined
    const usedBefore = oldGenerationBytes()
    const startedAt = performance.now()
    const quiet = this.#quietUntil(startedAt)
    this.#collect()
    const endedAt = performance.now()
    this.#forcedUntil = endedAt
    this.#lastEnd = endedAt
    return {
      usedBefore,
      usedAfter: oldGenerationBytes(),
      quiet,
      busy: endedAt - startedAt,
      youngBytes: youngGenerationBytes(),
    }
  }

  #hear(
    entry: { readonly startTime: number; readonly duration: number },
    onMajor: (collection: MajorCollection) => void,
  ): void {
    const end = entry.startTime + entry.duration
    const markingSince = this.#markingSince ?? entry.startTime
    this.#markingSince = undefined
    // One that ended before a forced one tells less than that did; the forced one
    // itself is among them.
    if (entry.startTime <= this.#forcedUntil) return
    const quiet = this.#quietUntil(markingSince)
    this.#lastEnd = end
    onMajor({
      lateness: Math.max(0, performance.now() - end),
      quiet,
      busy: Math.max(entry.duration, end - markingSince),
      youngBytes: youngGenerationBytes(),
    })
  }

  #quietUntil(start: number): number {
    return Math.max(0, start - this.#lastEnd)
  }
}

/** Bytes that both halves of the young generation take, full or not. */
function youngGenerationBytes(): number {
  for (const { space_name: name, space_size: size } of getHeapSpaceStatistics())
    if (name === 'new_space') return size
  return 0
}

/**
 * The function that collects: the global one, or that of a new context made while the flag is on.
 */
function findCollect(): Collect | undefined {
  const present = (globalThis as { gc?: unknown }).gc
  if (typeof present === 'function') return present as Collect
  try {
    setFlagsFromString('--expose-gc')
    try {
      const made: unknown = runInNewContext('gc')
      return typeof made === 'function' ? (made as Collect) : undefined
    } finally {
      setFlagsFromString('--no-expose-gc')
    }
  } catch {
    return undefined
  }
}
