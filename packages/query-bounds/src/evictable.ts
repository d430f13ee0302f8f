import type { QueryLike } from './query-cache-like.ts'

/**
 * Whether nobody uses a query: the predicate of TanStack's own garbage collection.
 *
 * An observer with `enabled: false` is an observer, so `isActive()` and `type: 'inactive'` would not do.
 */
export function isIdle(query: QueryLike): boolean {
  return query.state.fetchStatus === 'idle' && query.getObserversCount() === 0
}

/** How much would be lost with a query; of those equally old, the lowest goes first. */
export function worthOf(query: QueryLike): number {
  const { data, isInvalidated } = query.state
  // Nothing but an error, or nothing at all.
  if (data === undefined) return 0
  // Without a query function nobody knows how to make the data again.
  if (query.options.queryFn === undefined) return 3
  return isInvalidated ? 1 : 2
}
