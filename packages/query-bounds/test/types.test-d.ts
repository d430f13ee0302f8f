import type { QueryCache, QueryClient, QueryObserver } from '@tanstack/query-core'
import { expectTypeOf, test } from 'vitest'
import {
  type BoundedQueryMeta,
  type BoundQueriesOptions,
  boundQueries,
  type QueryBounds,
  type QueryLike,
  type QueryObserverLike,
} from '../src/index.ts'
import type {} from '../src/register/index.ts'

declare const client: QueryClient
declare const cache: QueryCache
declare const observer: QueryObserver

test('takes a query client or a query cache', () => {
  expectTypeOf(boundQueries(client, { maxQueries: 1 })).toEqualTypeOf<QueryBounds>()
  expectTypeOf(boundQueries(cache, { maxBytes: '1MiB' })).toEqualTypeOf<QueryBounds>()
  expectTypeOf(observer).toExtend<QueryObserverLike>()
})

test('refuses what is neither', () => {
  // @ts-expect-error a plain Map is no query cache
  boundQueries(new Map(), { maxQueries: 1 })
  // @ts-expect-error the settings are not optional
  boundQueries(client)
})

test('shows callbacks the query, and not as any', () => {
  expectTypeOf<NonNullable<BoundQueriesOptions['protect']>>()
    .parameter(0)
    .toEqualTypeOf<QueryLike>()
  expectTypeOf<NonNullable<BoundQueriesOptions['protect']>>().parameter(0).not.toBeAny()
})

test('gives figures that cannot be written', () => {
  // @ts-expect-error stats are a reading
  boundQueries(client, { maxQueries: 1 }).stats().queries = 0
})

test('`meta.bounds` is typed where it is registered', () => {
  void client.fetchQuery({ queryKey: ['me'], queryFn: () => 1, meta: { bounds: { pin: true } } })
  // @ts-expect-error a pin is a boolean
  void client.fetchQuery({ queryKey: ['me'], queryFn: () => 1, meta: { bounds: { pin: 1 } } })
  expectTypeOf<BoundedQueryMeta>().toExtend<Record<string, unknown>>()
})
