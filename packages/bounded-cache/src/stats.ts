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
  /** Entries dropped because their time was up. */
  readonly expirations: number
  /** Values not taken in because they were too large, or the cache may hold nothing now. */
  readonly refusals: number
  /** Loads that `fetch` started. */
  readonly loads: number
  /** Loads that failed. */
  readonly loadFailures: number
  /** Calls of `fetch` that joined the load of another. */
  readonly sharedLoads: number
}

/** The counters of a cache. */
export class Counters {
  hits = 0
  misses = 0
  sets = 0
  evictions = 0
  pressureEvictions = 0
  expirations = 0
  refusals = 0
  loads = 0
  loadFailures = 0
  sharedLoads = 0
}

/** Hits as a share of all lookups, or 0 without any. */
export function hitRatio({ hits, misses }: Pick<Counters, 'hits' | 'misses'>): number {
  return hits === 0 ? 0 : hits / (hits + misses)
}

/** A bound as statistics show it: `undefined` where there is none. */
export function shownBound(bound: number): number | undefined {
  return bound === Number.POSITIVE_INFINITY ? undefined : bound
}
