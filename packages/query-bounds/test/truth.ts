import { estimateBytes } from '@cultus/core/sizing'
import type { Query, QueryCache } from '@tanstack/query-core'

/** What a cache holds, recomputed from the cache alone. */
export interface Truth {
  readonly queries: number
  readonly bytes: number
  readonly evictable: number
  readonly observed: number
}

export function isUnused(query: Query): boolean {
  return query.getObserversCount() === 0 && query.state.fetchStatus === 'idle'
}

/** Counts the cache as the documentation says it is counted. */
export function truthOf(
  cache: QueryCache,
  isProtected: (query: Query) => boolean = () => false,
): Truth {
  const all = cache.getAll()
  return {
    queries: all.length,
    bytes: all.reduce((sum, query) => sum + bytesOf(query), 0),
    evictable: all.filter((query) => isUnused(query) && !isProtected(query)).length,
    observed: all.filter((query) => query.getObserversCount() > 0).length,
  }
}

export function bytesOf({ state }: Query): number {
  const data = state.data === undefined ? 0 : estimateBytes(state.data)
  return 1_000 + (state.error === null ? 0 : 500) + data
}
