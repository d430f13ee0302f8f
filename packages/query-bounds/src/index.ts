export type { EvictionCause } from './account.ts'
export { boundQueries } from './bound-queries.ts'
export type { QueryExplanation } from './explain.ts'
export type { QueryMatch } from './match-key.ts'
export type {
  MutationCacheEventLike,
  MutationCacheLike,
  MutationLike,
} from './mutation-cache-like.ts'
export type {
  BoundQueriesOptions,
  MutationBounds,
  QueryGroup,
  QueryLimits,
} from './options.ts'
export type {
  QueryBounds,
  QueryBoundsEvent,
  QueryBoundsStats,
  QueryCounts,
  QueryGroupStats,
} from './query-bounds.ts'
export type {
  QueryCacheEventLike,
  QueryCacheLike,
  QueryClientLike,
  QueryLike,
  QueryObserverLike,
  QueryStateLike,
} from './query-cache-like.ts'
export type { BoundedQueryMeta, QueryBoundsMeta } from './query-meta.ts'
