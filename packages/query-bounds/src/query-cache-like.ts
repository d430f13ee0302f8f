import type { MutationCacheLike } from './mutation-cache-like.ts'

/** The state of a query, as far as a bound looks at it. */
export interface QueryStateLike {
  readonly data: unknown
  readonly error: unknown
  readonly fetchStatus: string
  readonly isInvalidated: boolean
}

/** The observer of a query, as far as healing needs it. */
export interface QueryObserverLike {
  readonly options: unknown
  setOptions(options: unknown): void
}

/** A TanStack `Query`, by shape. */
export interface QueryLike {
  readonly queryHash: string
  readonly queryKey: readonly unknown[]
  readonly meta?: Readonly<Record<string, unknown>> | undefined
  readonly options: { readonly queryFn?: unknown }
  readonly state: QueryStateLike
  getObserversCount(): number
}

/** An event of a TanStack `QueryCache`, by shape. */
export interface QueryCacheEventLike {
  readonly type: string
  readonly query: QueryLike
  readonly observer?: unknown
  readonly action?: { readonly type: string; readonly manual?: boolean | undefined }
}

/** A TanStack `QueryCache` of any copy or adapter, by shape. */
export interface QueryCacheLike {
  get(queryHash: string): QueryLike | undefined
  getAll(): readonly QueryLike[]
  find?(filters: { readonly queryKey: readonly unknown[] }): QueryLike | undefined
  add(query: QueryLike): void
  remove(query: QueryLike): void
  subscribe(listener: (event: QueryCacheEventLike) => void): () => void
}

/** A TanStack `QueryClient` of any copy or adapter, by shape. */
export interface QueryClientLike {
  getQueryCache(): QueryCacheLike
  getMutationCache?(): MutationCacheLike
}
