import type { MemoryConsumer } from '@cultus/core'
import type { EvictionCause } from './account.ts'
import type { QueryExplanation } from './explain.ts'
import type { MutationLike } from './mutation-cache-like.ts'
import type { QueryLimits } from './options.ts'
import type { QueryLike } from './query-cache-like.ts'

/** What is held and what was done, of the whole cache, of a group, or of the queries under one first part of a key. */
export interface QueryCounts {
  readonly queries: number
  /** Estimated bytes of these queries. */
  readonly bytes: number
  /** Queries that may go: in nobody's use and not kept. Those inside their grace count. */
  readonly evictable: number
  /** Queries with an observer, enabled or not. */
  readonly observed: number
  /** Lookups that found a query with data. */
  readonly hits: number
  /** Queries that had to be fetched because they were not there. */
  readonly misses: number
  readonly evictions: number
  readonly evictionsByCause: Readonly<Record<EvictionCause, number>>
  readonly evictedBytes: number
  /** How many of the misses were of queries evicted within the `regretWindow`: what a larger bound would have saved. */
  readonly regrets: number
  /** Pages taken from idle infinite queries. */
  readonly trimmedPages: number
}

/** What a group holds and what was done to it. */
export interface QueryGroupStats extends QueryCounts {
  /** The configured bounds; `undefined` where there is none. */
  readonly maxQueries: number | undefined
  readonly maxBytes: number | undefined
  /** By the first part of the key; at most 64, then `(other)`. */
  readonly prefixes: Readonly<Record<string, QueryCounts>>
}

/** What a bounded query cache holds now and what was done to it. */
export interface QueryBoundsStats extends QueryCounts {
  /** The configured bounds; `undefined` where there is none. */
  readonly maxQueries: number | undefined
  readonly maxBytes: number | undefined
  /** The share of the bounds that may be used now, 0…1. */
  readonly limitRatio: number
  /** How far the queries that must stay exceed the bounds alone. */
  readonly overflow: { readonly queries: number; readonly bytes: number }
  /** How often an observer of an evicted query was put on a cached one. */
  readonly healed: number
  /** Those of the caller by name, and `default` for what no other takes. */
  readonly groups: Readonly<Record<string, QueryGroupStats>>
  /** Settled mutations that nobody observes; `undefined` where they are left alone. */
  readonly mutations:
    | {
        readonly settled: number
        readonly bytes: number
        readonly evictions: number
      }
    | undefined
}

/** Something a bound did. */
export type QueryBoundsEvent =
  | {
      readonly type: 'evicted'
      readonly query: QueryLike
      /** What it was counted with. */
      readonly bytes: number
      /**
       * Why: `bound` for a configured bound, `pressure` for one lowered by memory pressure, `burst` for so many at
       * once that its grace was cut short, `purge` for a call of `purge()`.
       */
      readonly cause: EvictionCause
      readonly group: string
    }
  | {
      readonly type: 'trimmed'
      readonly query: QueryLike
      /** How many pages it lost. */
      readonly pages: number
      readonly bytes: number
      readonly group: string
    }
  | { readonly type: 'healed'; readonly query: QueryLike }
  | { readonly type: 'mutation-evicted'; readonly mutation: MutationLike; readonly bytes: number }

/** The hold on a bounded query cache; as a consumer it is what the registry knows. */
export interface QueryBounds extends MemoryConsumer {
  readonly kind: 'query-cache'
  stats(): QueryBoundsStats
  /** Why a query is kept, or when it would go. Looking is no use of it. */
  explain(queryKey: readonly unknown[]): QueryExplanation
  /**
   * Calls `listener` after each thing the bound does; returns what ends that.
   *
   * @throws CultusError `CULTUS_INVALID_ARGUMENT` when it is no function.
   */
  subscribe(listener: (event: QueryBoundsEvent) => void): () => void
  /**
   * Sets new bounds for the whole cache; one that is absent stays. The cache is inside them soon after.
   *
   * @throws CultusError `CULTUS_INVALID_OPTION`
   */
  resize(limits: QueryLimits): void
  /** Ends the bound and leaves the client as it was found. */
  detach(): void
  /** Removes every query that is in nobody's use, not kept and outside its grace. */
  purge(): void
  [Symbol.dispose](): void
}
