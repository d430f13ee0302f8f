import type {} from '@tanstack/query-core'
import type { BoundedQueryMeta } from '../query-meta.ts'

declare module '@tanstack/query-core' {
  interface Register {
    /** What each query may say in its `meta`, declared by `@cultus/query-bounds/register`. */
    queryMeta: BoundedQueryMeta
  }
}
