import type { Query, QueryCache, QueryObserver } from '@tanstack/query-core'

/**
 * The keys of observers that show a query which is not in the cache.
 *
 * @param counts whether a query should be there: the application did not remove it.
 */
export function zombiesOf(
  observers: readonly QueryObserver[],
  cache: QueryCache,
  counts: (query: Query) => boolean,
): string[] {
  return observers
    .filter((observer) => observer.hasListeners())
    .map((observer) => observer.getCurrentQuery())
    .filter(counts)
    .filter((query) => cache.find({ queryKey: query.queryKey }) !== query)
    .map((query) => query.queryHash)
}
