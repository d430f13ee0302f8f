import { isolate } from '@cultus/core'
import { estimateBytes } from '@cultus/core/sizing'
import type { QueryLike } from './query-cache-like.ts'
import { metaOf } from './query-meta.ts'

/**
 * What a query costs without its data: about 750 bytes on a server and 1010 with the timer that a finite
 * `gcTime` arms, measured as the heap growth of 20,000 of them, and what is kept here about each.
 */
const queryBytes = 1_000

/** What an error costs; what hangs off it, such as the response of a request, is not followed. */
const errorBytes = 500

/**
 * The bytes a query retains, estimated. A `sizeOf` that throws or returns no size is answered with the estimate.
 */
export function sizeOfQuery(
  query: QueryLike,
  sizeOf: ((data: unknown, query: QueryLike) => number) | undefined,
): number {
  const { data, error } = query.state
  let bytes = queryBytes
  if (error !== null && error !== undefined) bytes += errorBytes
  if (data === undefined) return bytes
  const said = metaOf(query).bytes
  if (isSize(said)) return bytes + Math.round(said)
  const own = sizeOf && isolate('`sizeOf` of a query bound', () => sizeOf(data, query))
  return bytes + (isSize(own) ? Math.round(own) : estimateBytes(data))
}

/** The bytes of what a mutation holds. */
export function sizeOfData(data: unknown): number {
  return data === undefined ? 0 : estimateBytes(data)
}

function isSize(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER
}
