import type { QueryLike } from './query-cache-like.ts'

/** What a query says about itself in its `meta.bounds`. */
export type QueryBoundsMeta = {
  /**
   * Keeps the query though nobody uses it.
   *
   * @defaultValue false
   */
  readonly pin?: boolean
  /**
   * Of queries with different priorities the lower goes first; an integer from -10 to 10.
   *
   * @defaultValue that of its group.
   */
  readonly priority?: number
  /**
   * What it costs to fetch it again, in any unit that all queries share; a positive number.
   *
   * @defaultValue that of its group.
   */
  readonly cost?: number
  /**
   * The bytes of its data, instead of an estimate; at least 0.
   *
   * @defaultValue they are estimated.
   */
  readonly bytes?: number
}

/** The shape of `meta` of a bounded query, for TanStack Query's `Register`. */
export type BoundedQueryMeta = { readonly bounds?: QueryBoundsMeta } & Record<string, unknown>

const nothing: QueryBoundsMeta = {}

const mostPriority = 10

/** What a query says about itself; what is not what it must be counts as not said. */
export function metaOf(query: QueryLike): QueryBoundsMeta {
  const { meta } = query
  const bounds = meta === undefined ? undefined : meta['bounds']
  return typeof bounds === 'object' && bounds !== null ? bounds : nothing
}

export function priorityOf({ priority }: QueryBoundsMeta, otherwise: number): number {
  return priority !== undefined && isPriority(priority) ? priority : otherwise
}

export function costOf({ cost }: QueryBoundsMeta, otherwise: number): number {
  return cost !== undefined && isCost(cost) ? cost : otherwise
}

export function isPriority(value: unknown): value is number {
  return Number.isInteger(value) && Math.abs(value as number) <= mostPriority
}

export function isCost(value: unknown): value is number {
  return typeof value === 'number' && value > 0 && value < Number.POSITIVE_INFINITY
}
