import type { MemoryConsumer } from '@cultus/core'
import type { QueryLimits } from './options.ts'

/** What a bounded query cache holds now and what was done to it. */
export interface QueryBoundsStats {
  readonly queries: number
  /** Estimated bytes of all queries. */
  readonly bytes: number
  /** Queries that may go: in nobody's use and not protected. Those inside their grace count. */
  readonly evictable: number
  /** Queries with an observer, enabled or not. */
  readonly observed: number
  /** The configured bounds; `undefined` where there is none. */
  readonly maxQueries: number | undefined
  readonly maxBytes: number | undefined
  /** The share of the bounds that may be used now, 0…1. */
  readonly limitRatio: number
  /** Lookups that found a query with data. */
  readonly hits: number
  /** Lookups that found no query. */
  readonly misses: number
  readonly evictions: number
  readonly evictedBytes: number
  /** How often an observer of an evicted query was put on a cached one. */
  readonly healed: number
}

/** The hold on a bounded query cache; as a consumer it is what the registry knows. */
export interface QueryBounds extends MemoryConsumer {
  readonly kind: 'query-cache'
  stats(): QueryBoundsStats
  /**
   * Sets new bounds; one that is absent stays. The cache is inside them soon after.
   *
   * @throws CultusError `CULTUS_INVALID_OPTION`
   */
  resize(limits: QueryLimits): void
  /** Ends the bound and leaves the client as it was found. */
  detach(): void
  /** Removes every query that is in nobody's use, not protected and outside its grace. */
  purge(): void
  [Symbol.dispose](): void
}
