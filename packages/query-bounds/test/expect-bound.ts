import { expect } from 'vitest'
import type { QueryBoundsStats } from '../src/index.ts'

const never = Number.POSITIVE_INFINITY

/** Expects the bounds to be kept, of the whole and of each group: max(limit, in use + what is left to idle ones). */
export function expectBound(
  { groups, limitRatio, ...whole }: QueryBoundsStats,
  { minInactive, idleBytes }: { readonly minInactive: number; readonly idleBytes: number },
): void {
  for (const { queries, evictable, maxQueries } of [whole, ...Object.values(groups)]) {
    const limit = maxQueries === undefined ? never : Math.floor(maxQueries * limitRatio)
    const spare = Math.min(minInactive, limit)
    expect(queries).toBeLessThanOrEqual(Math.max(limit, queries - evictable + spare))
  }
  const { bytes, maxBytes } = whole
  const limit = maxBytes === undefined ? never : Math.floor(maxBytes * limitRatio)
  expect(bytes).toBeLessThanOrEqual(Math.max(limit, bytes - idleBytes + limit / 8))
}
