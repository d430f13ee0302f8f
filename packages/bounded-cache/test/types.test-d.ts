import type { MemoryConsumer } from '@cultus/core'
import { expectTypeOf, test } from 'vitest'
import { BoundedCache, type CacheStats, type LoadContext, type RemovalCause } from '../src/index.ts'

const cache = new BoundedCache<string, { id: number }>({ maxEntries: 1 })

test('values and keys keep their types', () => {
  expectTypeOf(cache.get('a')).toEqualTypeOf<{ id: number } | undefined>()
  expectTypeOf(cache.set('a', { id: 1 })).toEqualTypeOf<boolean>()
  expectTypeOf(cache.fetch('a', () => ({ id: 1 }))).toEqualTypeOf<Promise<{ id: number }>>()
  expectTypeOf([...cache]).toEqualTypeOf<[string, { id: number }][]>()
  // @ts-expect-error a key of another type
  cache.get(1)
  // @ts-expect-error a value of another type
  cache.set('a', 'text')
  // @ts-expect-error a loader of another type
  void cache.fetch('a', () => 'text')
})

test('a loader gets a signal that other APIs take', () => {
  expectTypeOf<LoadContext['signal']>().not.toBeAny()
  expectTypeOf<LoadContext['signal']>().toEqualTypeOf<AbortSignal>()
  void cache.fetch('a', async (key, { signal }) => {
    expectTypeOf(key).toEqualTypeOf<string>()
    const response = await fetch(key, { signal })
    return { id: response.status }
  })
})

test('a cache is a memory consumer', () => {
  expectTypeOf(cache).toExtend<MemoryConsumer>()
  expectTypeOf(cache.stats()).toEqualTypeOf<CacheStats>()
  expectTypeOf<RemovalCause>().toEqualTypeOf<
    'evicted' | 'expired' | 'deleted' | 'replaced' | 'refused' | 'pressure'
  >()
})

test('misspelt options and unknown policies are type errors', () => {
  // @ts-expect-error misspelt
  new BoundedCache<string, string>({ maxEntry: 1 })
  // @ts-expect-error unknown
  new BoundedCache<string, string>({ maxEntries: 1, policy: 'mru' })
})
