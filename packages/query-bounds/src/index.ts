export { boundQueries } from './bound-queries.ts'
export type { BoundQueriesOptions, QueryEviction, QueryLimits } from './options.ts'
export type { QueryBounds, QueryBoundsStats } from './query-bounds.ts'
export type {
  QueryCacheEventLike,
  QueryCacheLike,
  QueryClientLike,
  QueryLike,
  QueryObserverLike,
  QueryStateLike,
} from './query-cache-like.ts'
