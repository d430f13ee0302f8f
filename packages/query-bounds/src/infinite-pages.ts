import type { QueryLike } from './query-cache-like.ts'

/** The data of an infinite query. */
interface InfiniteData {
  readonly pages: readonly unknown[]
  readonly pageParams: readonly unknown[]
}

/** What tells an infinite query from another whose data happens to look alike; it differs between versions. */
interface MaybeInfiniteQuery extends QueryLike {
  readonly queryType?: unknown
  readonly options: QueryLike['options'] & {
    readonly _type?: unknown
    readonly behavior?: unknown
    readonly initialPageParam?: unknown
    readonly getPreviousPageParam?: unknown
  }
  setState?(state: { readonly data: unknown }): void
}

/**
 * How many pages a query can lose and still be continued: none where it also grows at its head, since nobody knows
 * which of its pages is looked at.
 */
export function trimmablePages(query: QueryLike, keep: number): number {
  const { options, setState }: MaybeInfiniteQuery = query
  const data = infiniteDataOf(query)
  if (data === undefined || setState === undefined) return 0
  if (options.getPreviousPageParam !== undefined) return 0
  return Math.max(0, data.pages.length - keep)
}

/**
 * Takes all pages but the first few, and returns how many.
 *
 * By `setState`: `setQueryData` would also make stale data fresh and undo an invalidation.
 */
export function trimPages(query: QueryLike, keep: number): number {
  const trimmed = trimmablePages(query, keep)
  const data = infiniteDataOf(query)
  if (trimmed === 0 || data === undefined) return 0
  const trimmable: MaybeInfiniteQuery = query
  trimmable.setState?.({
    data: { ...data, pages: data.pages.slice(0, keep), pageParams: data.pageParams.slice(0, keep) },
  })
  return trimmed
}

function infiniteDataOf(query: QueryLike): InfiniteData | undefined {
  const { queryType, options, state }: MaybeInfiniteQuery = query
  const isInfinite =
    queryType === 'infinite' ||
    options._type === 'infinite' ||
    options.behavior !== undefined ||
    'initialPageParam' in options
  return isInfinite && hasPages(state.data) ? state.data : undefined
}

function hasPages(data: unknown): data is InfiniteData {
  if (typeof data !== 'object' || data === null) return false
  const { pages, pageParams }: Partial<InfiniteData> = data
  return Array.isArray(pages) && Array.isArray(pageParams) && pages.length === pageParams.length
}
