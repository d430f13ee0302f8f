import { isolate } from '@cultus/core'
import type { QueryCacheLike, QueryLike, QueryObserverLike } from './query-cache-like.ts'

/**
 * Puts right that someone observes a query which has been evicted: an observer was made, then the query went,
 * then the observer subscribed. Without it the observer would show data that no fetch and no invalidation reaches.
 *
 * @param get the cache's own `get`: looking is not reading.
 * @param healed called when the observers are on a query of the cache again.
 */
export function heal(
  cache: QueryCacheLike,
  get: (queryHash: string) => QueryLike | undefined,
  query: QueryLike,
  healed: () => void,
): void {
  if (get(query.queryHash) === undefined) {
    cache.add(query)
    healed()
    return
  }
  // The key has a new query. The observer is in the middle of subscribing to the old one, so it moves afterwards.
  void Promise.resolve().then(() => {
    if (query.observers.length === 0 || get(query.queryHash) === query) return
    for (const observer of [...query.observers]) repoint(observer as QueryObserverLike)
    healed()
  })
}

/** Makes an observer look its query up again. */
function repoint(observer: QueryObserverLike): void {
  isolate('`setOptions` of a healed query observer', () => observer.setOptions(observer.options))
}
