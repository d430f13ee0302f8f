import { scriptedPressure } from '@cultus/core/testing'
import { expect, test, vi } from 'vitest'
import { BoundedCache, type BoundedCacheOptions, type Removal } from '../src/index.ts'

function cacheOf(
  options: Omit<BoundedCacheOptions<string, unknown>, 'onRemoval'> & {
    onRemoval(this: void, removal: Removal<string, unknown>): void
  },
): BoundedCache<string, unknown> {
  const { bus, registry, clock } = scriptedPressure()
  return new BoundedCache({ policy: 'lru', bus, registry, clock, ...options })
}

test('each value that leaves is reported once, with its cause', () => {
  const { bus, registry, clock } = scriptedPressure()
  const removals: unknown[] = []
  const cache = new BoundedCache<string, number>({
    policy: 'lru',
    maxEntries: 2,
    maxBytes: '1MB',
    clock,
    bus,
    registry,
    onRemoval: ({ key, value, cause }) => removals.push([key, value, cause]),
  })
  cache.set('a', 1)
  cache.set('a', 2)
  cache.set('b', 3, { ttl: 10 })
  cache.set('c', 4)
  clock.advance(10)
  cache.get('b')
  cache.delete('c')
  cache.set('d', 5, { bytes: 1e6 })
  cache.set('e', 6)
  cache.purge()
  cache.set('f', 7)
  cache.clear()
  expect(removals).toEqual([
    ['a', 1, 'replaced'],
    ['a', 2, 'evicted'],
    ['b', 3, 'expired'],
    ['c', 4, 'deleted'],
    ['d', 5, 'refused'],
    ['e', 6, 'pressure'],
    ['f', 7, 'deleted'],
  ])
})

test('a value set again under its own key did not leave', () => {
  const onRemoval = vi.fn()
  const cache = cacheOf({ maxEntries: 2, maxBytes: '1MB', onRemoval })
  const connection = {}
  cache.set('a', connection)
  cache.set('a', connection)
  expect(onRemoval).not.toHaveBeenCalled()
  cache.set('a', connection, { bytes: 1e6 })
  expect(onRemoval.mock.calls).toEqual([[{ key: 'a', value: connection, cause: 'refused' }]])
})

test('a listener that throws or rejects disturbs nothing', () => {
  let calls = 0
  const cache = cacheOf({
    maxEntries: 2,
    onRemoval: () => {
      calls += 1
      if (calls % 2 === 0) return Promise.reject(new Error('late')) as unknown as undefined
      throw new Error('at once')
    },
  })
  for (let index = 0; index < 10; index++) expect(cache.set(`${index}`, index)).toBe(true)
  expect(cache.size).toBe(2)
  expect(calls).toBe(8)
})

test('a listener sees a cache that is in order, and may use it', () => {
  const seen: string[] = []
  const cache: BoundedCache<string, unknown> = cacheOf({
    maxEntries: 3,
    onRemoval: ({ key, cause }) => {
      seen.push(`${key} ${cause} ${cache.size}`)
      expect(cache.has(key)).toBe(false)
      if (cause === 'evicted') cache.delete('c')
    },
  })
  for (const key of ['a', 'b', 'c', 'd']) cache.set(key, key)
  expect(seen).toEqual(['a evicted 3', 'c deleted 2'])
  expect([...cache.keys()]).toEqual(['d', 'b'])
})

test('a listener is told of what it removes itself after its call, not in the middle of it', () => {
  let depth = 0
  const told: string[] = []
  const cache: BoundedCache<string, unknown> = cacheOf({
    maxEntries: 3,
    onRemoval: ({ key }) => {
      depth += 1
      told.push(`${key} ${depth}`)
      if (key === 'a') for (const other of ['b', 'c']) cache.delete(other)
      depth -= 1
    },
  })
  for (const key of ['a', 'b', 'c', 'd']) cache.set(key, key)
  expect(told).toEqual(['a 1', 'b 1', 'c 1'])
})

test('a listener that puts back what it is told of comes to an end, and the bound holds', () => {
  let calls = 0
  const cache: BoundedCache<string, unknown> = cacheOf({
    maxEntries: 3,
    onRemoval: ({ key, value }) => {
      calls += 1
      cache.set(key, value)
      expect(cache.size).toBeLessThanOrEqual(3)
    },
  })
  for (const key of ['a', 'b', 'c', 'd']) cache.set(key, key)
  expect(calls).toBeGreaterThan(1_000)
  expect(calls).toBeLessThan(1_100)
  expect(cache.size).toBe(3)
  cache.set('e', 'e')
  expect(calls).toBeGreaterThan(2_000)
})

test('a clear of many is reported in full', () => {
  let calls = 0
  const cache = cacheOf({
    maxEntries: 5_000,
    onRemoval: () => {
      calls += 1
    },
  })
  for (let index = 0; index < 5_000; index++) cache.set(`${index}`, index)
  cache.clear()
  expect(calls).toBe(5_000)
})
