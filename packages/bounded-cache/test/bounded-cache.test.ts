import { scriptedPressure } from '@cultus/core/testing'
import { describe, expect, test } from 'vitest'
import { BoundedCache, type BoundedCacheOptions, type Removal } from '../src/index.ts'
import { entryOverhead } from '../src/sizing.ts'

function cacheOf<V>(options: BoundedCacheOptions<string, V>): BoundedCache<string, V> {
  const { bus, registry, clock } = scriptedPressure()
  return new BoundedCache({ bus, registry, clock, ...options })
}

describe('reading and writing', () => {
  test('serves what was set and misses what was not', () => {
    const cache = cacheOf<number>({ maxEntries: 10 })
    expect(cache.set('a', 1)).toBe(true)
    expect(cache.get('a')).toBe(1)
    expect(cache.get('b')).toBeUndefined()
    expect(cache.size).toBe(1)
  })

  test('keeps undefined, null and NaN like any other value', () => {
    const cache = cacheOf<number | null | undefined>({ maxEntries: 10 })
    for (const value of [undefined, null, Number.NaN, 0]) {
      cache.set('key', value)
      expect(cache.has('key')).toBe(true)
      expect(cache.get('key')).toBe(value)
    }
    expect(cache.stats()).toMatchObject({ hits: 4, misses: 0, entries: 1 })
  })

  test('takes keys as a Map does: 1 and "1" differ, NaN is one key, undefined and null are keys', () => {
    const { bus, registry } = scriptedPressure()
    const cache = new BoundedCache<unknown, string>({ maxEntries: 10, bus, registry })
    const keys = [1, '1', Number.NaN, undefined, null, {}]
    for (const [index, key] of keys.entries()) cache.set(key, `value ${index}`)
    for (const [index, key] of keys.entries()) expect(cache.get(key)).toBe(`value ${index}`)
    expect([...cache.keys()].reverse()).toEqual(keys)
    expect(cache.delete(undefined)).toBe(true)
    expect(cache.size).toBe(5)
  })

  test('evicts what has gone unused the longest', () => {
    const cache = cacheOf<number>({ maxEntries: 2, policy: 'lru' })
    cache.set('a', 1)
    cache.set('b', 2)
    cache.get('a')
    cache.set('c', 3)
    expect([...cache.keys()]).toEqual(['c', 'a'])
  })

  test('neither `peek` nor `has` counts as a use or a lookup', () => {
    const cache = cacheOf<number>({ maxEntries: 2 })
    cache.set('a', 1)
    cache.set('b', 2)
    expect(cache.peek('a')).toBe(1)
    expect(cache.has('a')).toBe(true)
    cache.set('c', 3)
    expect(cache.has('a')).toBe(false)
    expect(cache.stats()).toMatchObject({ hits: 0, misses: 0, hitRatio: 0 })
  })

  test('tells whether a deleted key was held', () => {
    const cache = cacheOf<number>({ maxEntries: 2 })
    cache.set('a', 1)
    expect(cache.delete('a')).toBe(true)
    expect(cache.delete('a')).toBe(false)
    expect(cache).toMatchObject({ size: 0, bytes: 0 })
  })

  test('counts hits, misses, sets and evictions', () => {
    const cache = cacheOf<number>({ maxEntries: 2 })
    for (const key of ['a', 'b', 'c']) cache.set(key, 1)
    for (const key of ['a', 'b', 'c', 'b']) cache.get(key)
    expect(cache.stats()).toMatchObject({
      entries: 2,
      maxEntries: 2,
      maxBytes: undefined,
      limitRatio: 1,
      hits: 3,
      misses: 1,
      hitRatio: 0.75,
      sets: 3,
      evictions: 1,
      pressureEvictions: 0,
      refusals: 0,
    })
    expect(cache.usage()).toMatchObject({ entries: 2, limitEntries: 2, limitBytes: undefined })
  })
})

describe('iteration', () => {
  test('goes from the last to be evicted to the first, in every form', () => {
    const cache = cacheOf<number>({ maxEntries: 5, policy: 'lru' })
    for (const [index, key] of ['a', 'b', 'c'].entries()) cache.set(key, index)
    cache.get('a')
    const order: [string, number][] = [
      ['a', 0],
      ['c', 2],
      ['b', 1],
    ]
    const visited: [string, number][] = []
    cache.forEach((value, key, self) => {
      expect(self).toBe(cache)
      visited.push([key, value])
    })
    expect([...cache.entries()]).toEqual(order)
    expect([...cache]).toEqual(order)
    expect(visited).toEqual(order)
    expect([...cache.values()]).toEqual([0, 2, 1])
  })

  test('ends although each step uses, deletes or adds an entry', () => {
    const cache = cacheOf<number>({ maxEntries: 5 })
    for (const key of ['a', 'b', 'c']) cache.set(key, 1)
    for (const key of cache.keys()) cache.get(key)
    for (const key of cache.keys()) cache.set(`${key}${key}`, 1)
    for (const key of cache.keys()) cache.delete(key)
    expect(cache.size).toBe(0)
  })
})

describe('bytes', () => {
  test('are those of key, value and bookkeeping', () => {
    const cache = cacheOf<string>({ maxBytes: '1MiB' })
    cache.set('k'.repeat(96), 'v'.repeat(1_000))
    expect(cache.bytes).toBe(entryOverhead + (16 + 96) + (16 + 1_000))
    cache.set('k'.repeat(96), '')
    expect(cache.bytes).toBe(entryOverhead + (16 + 96) + 16)
  })

  test('of the value come from `bytes`, then from `sizeOf`', () => {
    const cache = cacheOf<string>({
      maxBytes: '1MiB',
      sizeOf: (value, key) => value.length * key.length,
    })
    const key = entryOverhead + 24
    cache.set('kk', 'four')
    expect(cache.bytes).toBe(key + 8)
    cache.set('kk', 'four', { bytes: 0.5 })
    expect(cache.bytes).toBe(key + 1)
    cache.set('kk', 'four', { bytes: 0 })
    expect(cache.bytes).toBe(key)
  })

  test.each([
    ['throws', () => JSON.parse('{')],
    ['returns NaN', () => Number.NaN],
    ['returns a negative number', () => -1],
    ['returns a promise that fails', () => Promise.reject(new Error('late'))],
    ['returns a text', () => '12'],
    ['returns infinity', () => Number.POSITIVE_INFINITY],
  ])('are estimated when `sizeOf` %s', (_, sizeOf) => {
    const cache = cacheOf<string>({
      name: 'bad sizes',
      maxBytes: '1MiB',
      sizeOf: sizeOf as () => number,
    })
    expect(cache.set('key', 'v'.repeat(100))).toBe(true)
    expect(cache.bytes).toBe(entryOverhead + 24 + 120)
  })

  test('are estimated when `bytes` is no size', () => {
    const cache = cacheOf<string>({ maxBytes: '1MiB', sizeOf: () => 7 })
    cache.set('key', 'v'.repeat(100), { bytes: Number.NaN })
    expect(cache.bytes).toBe(entryOverhead + 24 + 120)
  })

  test('are known even where only entries are bounded', () => {
    const cache = cacheOf<string>({ maxEntries: 5 })
    cache.set('key', 'v'.repeat(100))
    expect(cache.usage().bytes).toBeGreaterThan(100)
  })
})

describe('an entry that is too large', () => {
  test('is refused beyond an eighth of the byte bound, and takes the old value with it', () => {
    const removals: Removal<string, string>[] = []
    const cache = cacheOf<string>({
      maxBytes: 8_000,
      sizeOf: (value) => value.length,
      onRemoval: (removal) => removals.push(removal),
    })
    const most = 1_000 - entryOverhead - 24
    expect(cache.set('key', 'v'.repeat(most))).toBe(true)
    expect(cache.set('key', 'v'.repeat(most + 1))).toBe(false)
    expect(cache.has('key')).toBe(false)
    expect(cache.stats()).toMatchObject({ refusals: 1, sets: 1, bytes: 0, entries: 0 })
    expect(removals.map(({ cause, value }) => [cause, value.length])).toEqual([
      ['replaced', most],
      ['refused', most + 1],
    ])
  })

  test('may be as large as `maxEntryShare` says', () => {
    const cache = cacheOf<string>({ maxBytes: 8_000, maxEntryShare: 1, sizeOf: () => 7_000 })
    expect(cache.set('a', '')).toBe(true)
    expect(cache.set('b', '')).toBe(true)
    expect([...cache.keys()]).toEqual(['b'])
  })

  test('is refused by the bound in force, not the one configured', () => {
    const cache = cacheOf<string>({ maxBytes: 8_000, sizeOf: () => 600 })
    cache.setLimitRatio(0.5)
    expect(cache.set('a', '')).toBe(false)
    cache.setLimitRatio(1)
    expect(cache.set('a', '')).toBe(true)
  })
})

describe('resize', () => {
  test('evicts at once when a bound falls, and lets more in when it rises', () => {
    const cache = cacheOf<number>({ maxEntries: 10 })
    for (let index = 0; index < 10; index++) cache.set(`${index}`, index)
    cache.resize({ maxEntries: 3 })
    expect([...cache.keys()]).toEqual(['9', '8', '7'])
    cache.resize({ maxEntries: 4 })
    for (let index = 0; index < 10; index++) cache.set(`${index}`, index)
    expect(cache.size).toBe(4)
  })

  test('adds a bound in bytes and leaves the other as it was', () => {
    const cache = cacheOf<number>({ maxEntries: 10, sizeOf: () => 1_000 - entryOverhead - 24 })
    for (let index = 0; index < 10; index++) cache.set(`${index}`, index)
    cache.resize({ maxBytes: '2.5kB' })
    expect(cache.stats()).toMatchObject({
      entries: 2,
      bytes: 2_000,
      maxEntries: 10,
      maxBytes: 2_500,
    })
  })

  test('changes nothing when one of the bounds is refused', () => {
    const cache = cacheOf<number>({ maxEntries: 10 })
    for (let index = 0; index < 10; index++) cache.set(`${index}`, index)
    expect(() => cache.resize({ maxEntries: 2, maxBytes: 'much' })).toThrow('`maxBytes` must be')
    expect(cache.stats()).toMatchObject({ entries: 10, maxEntries: 10, maxBytes: undefined })
  })
})

describe('dispose', () => {
  test('empties the cache for good and leaves nothing behind', async () => {
    const pressure = scriptedPressure()
    const causes: string[] = []
    const cache = new BoundedCache<string, number>({
      ...pressure,
      maxEntries: 10,
      onRemoval: ({ cause }) => causes.push(cause),
    })
    cache.set('a', 1)
    pressure.set('critical')
    pressure.set('normal')
    cache.dispose()
    cache[Symbol.dispose]()
    pressure.bus.withdraw('script')
    expect(pressure.registry.consumers).toEqual([])
    expect(pressure.clock.pendingTimers).toBe(0)
    expect(causes).toEqual(['deleted'])
    expect(cache.set('b', 2)).toBe(false)
    expect(cache.get('a')).toBeUndefined()
    expect(await cache.fetch('c', () => 3)).toBe(3)
    expect(cache).toMatchObject({ size: 0, bytes: 0 })
  })
})
