import { CultusError } from '@cultus/core'
import { AttachedBounds } from './attached-bounds.ts'
import type { MutationCacheLike } from './mutation-cache-like.ts'
import { type BoundQueriesOptions, resolveOptions } from './options.ts'
import type { QueryBounds } from './query-bounds.ts'
import type { QueryCacheLike, QueryClientLike } from './query-cache-like.ts'

/**
 * Keeps a TanStack Query cache inside a bound, from outside, until detached.
 *
 * Only queries that TanStack's own collection could drop are removed: without an observer, not fetching, and left
 * alone for the grace. The bound is reached within the grace and one turn of the event loop. Queries in use count, so
 * they alone may exceed it.
 *
 * @example
 * ```ts
 * import { QueryClient } from '@tanstack/query-core'
 * import { boundQueries } from '@cultus/query-bounds'
 *
 * const client = new QueryClient()
 * const bounds = boundQueries(client, { maxQueries: 500, maxBytes: '32MiB' })
 * ```
 *
 * @throws CultusError `CULTUS_INVALID_OPTION` for bad settings, `CULTUS_INVALID_ARGUMENT` for what is no query client
 * or cache, or is bounded already.
 */
export function boundQueries(
  target: QueryClientLike | QueryCacheLike,
  options: BoundQueriesOptions,
): QueryBounds {
  return new AttachedBounds(cacheOf(target), mutationCacheOf(target), resolveOptions(options))
}

function cacheOf(target: QueryClientLike | QueryCacheLike): QueryCacheLike {
  const cache: Partial<QueryCacheLike> | undefined =
    target !== null && typeof target === 'object' && 'getQueryCache' in target
      ? target.getQueryCache()
      : target
  for (const method of ['get', 'getAll', 'add', 'remove', 'subscribe'] as const) {
    if (typeof cache?.[method] !== 'function') {
      throw new CultusError(
        'CULTUS_INVALID_ARGUMENT',
        `the target must be a query client or a query cache: it has no \`${method}()\``,
      )
    }
  }
  return cache as QueryCacheLike
}

function mutationCacheOf(target: QueryClientLike | QueryCacheLike): MutationCacheLike | undefined {
  return 'getMutationCache' in target ? target.getMutationCache?.() : undefined
}
