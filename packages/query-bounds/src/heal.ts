import { isolate } from '@cultus/core'
import type { QueryCacheLike, QueryLike, QueryObserverLike } from './query-cache-like.ts'

/**
 * Puts right that someone observes a query which has been evicted: an observer was made, then the query went,
 * then the observer subscribed. Without it the observer would show data that no fetch and no invalidation reaches.
 *
 * @param get the cache's own `get`: looking is not reading.
 * @param observer the one that has just subscribed.
 * @param healed called when the observers are on a query of the cache again.
 */
export function heal(
  cache: QueryCacheLike,
  get: (queryHash: string) => QueryLike | undefined,
  query: QueryLike,
  observer: unknown,
  healed: () => void,
): void {
  if (get(query.queryHash) === undefined) {
    cache.add(query)
    healed()
    return
  }
  // The key has a new query. The observer is in the middle of subscribing to the old one, so it moves afterwards.
  void Promise.resolve().then(() => {
    if (query.getObserversCount() === 0 || get(query.queryHash) === query) return
    if (!isObserver(observer)) return
    // It looks its query up again.
    isolate('`setOptions` of a healed query observer', () => observer.setOptions(observer.options))
    healed()
  })
}

function isObserver(observer: unknown): observer is QueryObserverLike {
  return (
    typeof observer === 'object' &&
    observer !== null &&
    'setOptions' in observer &&
    typeof observer.setOptions === 'function'
  )
}
