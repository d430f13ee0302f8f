import type { ConsumerUsage } from '@cultus/core'
import { type Bounds, shownBound } from './bounds.ts'
import { EvictionCounts, type EvictionsByCause } from './observed/eviction-counts.ts'
import type { HotSetStats } from './observed/hot-set.ts'
import type { WindowStats } from './observed/windows.ts'

/** What a cache holds and has done. Counters start at 0 with the cache and only grow. */
export interface CacheStats {
  /** Entries held, those included that have expired and were not dropped yet. */
  readonly entries: number
  /** Bytes the entries are charged with. */
  readonly bytes: number
  /** The configured bound in entries; `undefined` where there is none. */
  readonly maxEntries: number | undefined
  /** The configured bound in bytes; `undefined` where there is none. */
  readonly maxBytes: number | undefined
  /** The share of the configured bounds that is in force, 0…1. */
  readonly limitRatio: number
  /** Values that `get` or `fetch` found. */
  readonly hits: number
  /** Calls of `get` and `fetch` that found nothing. */
  readonly misses: number
  /** Hits ÷ (hits + misses), or 0 before the first of them. */
  readonly hitRatio: number
  /** Values taken in; refused ones are not counted. */
  readonly sets: number
  /** Entries evicted, for the bound or for pressure. */
  readonly evictions: number
  /** The evictions that gave memory back under pressure. */
  readonly pressureEvictions: number
  /** The evictions by what they were for. */
  readonly evictionsByCause: EvictionsByCause
  /** Entries dropped because their time was up. */
  readonly expirations: number
  /** Values not taken in because they were too large, or the cache may hold nothing now. */
  readonly refusals: number
  /** Loads that callers of `fetch` wait for. */
  readonly loads: number
  /** The loads that failed; one that was aborted did not. */
  readonly loadFailures: number
  /** Loads in the background, of values that were served though their time was up. */
  readonly refreshes: number
  /** The refreshes that failed. */
  readonly refreshFailures: number
  /** Calls of `fetch` that joined the load of another. */
  readonly sharedLoads: number
  /** Old values that `fetch` answered with: while it loads anew, or because the load failed. */
  readonly staleHits: number
  /** Loads at work now, and loads that wait for their turn. */
  readonly loading: number
  readonly queuedLoads: number
  readonly lastMinute: WindowStats
  readonly lastHour: WindowStats
  /** The keys that were asked for most of late, by the sample; all 0 where nothing is sampled. */
  readonly hotSet: HotSetStats
  /**
   * By how many points of a hundred the hit ratio of the last hour is below what LRU would have had, by the sample; 0 when it
   * is above, `undefined` before enough was seen.
   */
  readonly regret: number | undefined
}

/** The counters of a cache. */
export class Counters {
  hits = 0
  misses = 0
  sets = 0
  readonly byCause: EvictionCounts = new EvictionCounts()
  expirations = 0
  refusals = 0
  loads = 0
  loadFailures = 0
  refreshes = 0
  refreshFailures = 0
  sharedLoads = 0
  staleHits = 0
  /** Entries whose key was not held. */
  additions = 0

  get evictions(): number {
    return this.byCause.sum
  }
}

/** What is told of. */
interface Told {
  readonly store: { readonly size: number; readonly bytes: number }
  readonly bounds: Bounds
  readonly counters: Counters
  readonly observations: {
    stats(): ObservedStats
    worth(bytes: number): Pick<ConsumerUsage, 'hitDensity' | 'rebuildCost'>
  }
}

/** What is observed beyond what is counted. */
export type ObservedStats = Pick<CacheStats, 'lastMinute' | 'lastHour' | 'hotSet' | 'regret'>

/** What a cache tells of itself to people. */
export function statsOf(
  { store, bounds, counters, observations }: Told,
  flights: { readonly loading: number; readonly waiting: number },
): CacheStats {
  const { additions: _, byCause, ...counts } = counters
  const { bound, pressure, resize } = byCause
  const lookups = counters.hits + counters.misses
  return {
    ...counts,
    ...observations.stats(),
    entries: store.size,
    bytes: store.bytes,
    maxEntries: shownBound(bounds.maxEntries),
    maxBytes: shownBound(bounds.maxBytes),
    limitRatio: bounds.ratio,
    hitRatio: lookups === 0 ? 0 : counters.hits / lookups,
    evictions: counters.evictions,
    pressureEvictions: pressure,
    evictionsByCause: { bound, pressure, resize },
    loading: flights.loading,
    queuedLoads: flights.waiting,
  }
}

/** What every memory consumer tells of itself. */
export function usageOf({ store, bounds, counters, observations }: Told): ConsumerUsage {
  const { size, bytes } = store
  const { hits, misses, evictions } = counters
  return {
    bytes,
    entries: size,
    limitBytes: shownBound(bounds.maxBytes),
    limitEntries: shownBound(bounds.maxEntries),
    hits,
    misses,
    evictions,
    ...observations.worth(bytes),
  }
}
