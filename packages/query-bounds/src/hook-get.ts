import { CultusError } from '@cultus/core'
import type { QueryCacheLike, QueryLike } from './query-cache-like.ts'

/** Shared by every copy of this package, so that two do not bound one cache. */
const marker = Symbol.for('cultus.query-bounds')

/** A way into the lookups of a cache, and the way out. */
export interface GetHook {
  /** The cache's own `get`. */
  readonly peek: (queryHash: string) => QueryLike | undefined
  readonly remove: () => void
}

/**
 * Has `onFound` called after each lookup that finds a query: the only trace that `getQueryData` and a cache hit leave.
 *
 * `find`, `findAll` and what is built on them do not look up, so that a bulk scan is not taken for use.
 *
 * @throws CultusError `CULTUS_INVALID_ARGUMENT` when the cache is bounded already.
 */
export function hookGet(cache: QueryCacheLike, onFound: (query: QueryLike) => void): GetHook {
  const original = cache.get
  if (marker in original) {
    throw new CultusError('CULTUS_INVALID_ARGUMENT', 'the query cache is bounded already')
  }
  const before = Object.getOwnPropertyDescriptor(cache, 'get')
  const peek = (queryHash: string): QueryLike | undefined => original.call(cache, queryHash)
  let active = true
  const get = (queryHash: string): QueryLike | undefined => {
    const query = original.call(cache, queryHash)
    if (query !== undefined && active) onFound(query)
    return query
  }
  Object.defineProperty(cache, 'get', {
    value: Object.assign(get, { [marker]: true }),
    configurable: true,
    writable: true,
    enumerable: false,
  })
  return {
    peek,
    remove() {
      active = false
      // Someone who wrapped it since still calls it: it stays, and only passes on.
      if (cache.get !== get) return
      if (before === undefined) Reflect.deleteProperty(cache, 'get')
      else Object.defineProperty(cache, 'get', before)
    },
  }
}
