import { type ScriptedPressure, scriptedPressure } from '@cultus/core/testing'
import { describe, expect, test, vi } from 'vitest'
import { BoundedCache, type BoundedCacheOptions } from '../src/index.ts'

type Text = string | null | undefined

function cacheOf(options: Partial<BoundedCacheOptions<string, Text>> = {}): {
  cache: BoundedCache<string, Text>
  clock: ScriptedPressure['clock']
} {
  const { bus, registry, clock } = scriptedPressure()
  return { cache: new BoundedCache({ maxEntries: 100, bus, registry, clock, ...options }), clock }
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve()
}

describe('staleWhileRevalidate', () => {
  test('serves the old value while one load replaces it, to fetch alone', async () => {
    const { cache, clock } = cacheOf({ ttl: 100, staleWhileRevalidate: 50 })
    cache.set('a', 'old')
    clock.advance(100)
    expect([cache.get('a'), cache.peek('a'), cache.has('a'), [...cache.keys()]]).toEqual([
      undefined,
      undefined,
      false,
      [],
    ])
    const loader = vi.fn((_: string, { stale }: { stale: Text }) =>
      Promise.resolve(`${stale} renewed`),
    )
    expect(await Promise.all([cache.fetch('a', loader), cache.fetch('a', loader)])).toEqual([
      'old',
      'old',
    ])
    await settled()
    expect(cache.get('a')).toBe('old renewed')
    expect(loader).toHaveBeenCalledTimes(1)
    expect(cache.stats()).toMatchObject({
      staleHits: 2,
      refreshes: 1,
      loads: 0,
      hits: 3,
      misses: 1,
    })
  })

  test('ends with its time', async () => {
    const { cache, clock } = cacheOf({ ttl: 100, staleWhileRevalidate: 50 })
    cache.set('a', 'old')
    clock.advance(149)
    expect(await cache.fetch('a', () => Promise.reject(new Error('no')))).toBe('old')
    clock.advance(1)
    await settled()
    expect(await cache.fetch('a', () => 'new')).toBe('new')
  })

  test('reaches nobody with an error, but those who listen', async () => {
    const { cache, clock } = cacheOf({ ttl: 100, staleWhileRevalidate: 50 })
    const [refreshFailed, loadFailed] = [vi.fn(), vi.fn()]
    cache.on('refreshFailed', refreshFailed)
    cache.on('loadFailed', loadFailed)
    cache.set('a', 'old')
    clock.advance(120)
    expect(await cache.fetch('a', () => Promise.reject(new Error('no')))).toBe('old')
    await settled()
    expect(refreshFailed.mock.calls).toEqual([[{ key: 'a', error: new Error('no') }]])
    expect(loadFailed).not.toHaveBeenCalled()
    expect(cache.stats()).toMatchObject({ refreshFailures: 1, loadFailures: 0 })
  })

  test.each(['delete', 'clear', 'purge'] as const)('serves nothing old after a %s', async (way) => {
    const { cache, clock } = cacheOf({ ttl: 100, staleWhileRevalidate: 50 })
    cache.set('a', 'old')
    clock.advance(120)
    cache[way]('a')
    expect(cache.size).toBe(0)
    expect(await cache.fetch('a', () => 'new')).toBe('new')
  })
})

describe('staleIfError', () => {
  test('serves the old value when the load fails, for its time', async () => {
    const { cache, clock } = cacheOf({ ttl: 100, staleIfError: 50 })
    const no = (): never => {
      throw new Error('no')
    }
    cache.set('a', 'old')
    clock.advance(149)
    expect(await Promise.all([cache.fetch('a', no), cache.fetch('a', no)])).toEqual(['old', 'old'])
    expect(cache.stats()).toMatchObject({ loads: 1, loadFailures: 1, staleHits: 1 })
    clock.advance(1)
    await expect(cache.fetch('a', no)).rejects.toThrow('no')
  })

  test('serves nothing that was evicted, deleted or expired during the load', async () => {
    const { cache, clock } = cacheOf({ ttl: 100, staleIfError: 50, maxEntries: 1 })
    for (const way of ['delete', 'evict', 'wait'] as const) {
      cache.set('a', 'old')
      clock.advance(120)
      let fail: (error: Error) => void = () => {}
      const loading = cache.fetch('a', () => new Promise<string>((_, reject) => (fail = reject)))
      if (way === 'delete') cache.delete('a')
      else if (way === 'evict') cache.set('b', 'v')
      else clock.advance(30)
      fail(new Error('no'))
      await expect(loading).rejects.toThrow('no')
    }
  })
})

describe('a negative result', () => {
  test('has a time of its own', async () => {
    const { cache, clock } = cacheOf({ ttl: 1_000, negativeTtl: 10 })
    await cache.fetch('none', () => null)
    await cache.fetch('some', () => 'v')
    cache.getOrSet('nothing', () => undefined)
    cache.set('set', null)
    clock.advance(9)
    expect([cache.has('none'), cache.has('nothing')]).toEqual([true, true])
    clock.advance(1)
    expect([...cache.keys()].sort()).toEqual(['set', 'some'])
  })

  test('is what `isNegative` says, and is not kept where its time is 0', async () => {
    const { cache } = cacheOf({ negativeTtl: 0, isNegative: (value) => value === 'none' })
    expect(await cache.fetch('a', () => 'none')).toBe('none')
    expect(await cache.fetch('b', () => null)).toBeNull()
    expect([...cache.keys()]).toEqual(['b'])
  })

  test('is kept as any other where nothing is said', async () => {
    const { cache, clock } = cacheOf({ ttl: 100 })
    await cache.fetch('a', () => undefined)
    clock.advance(99)
    expect(cache.has('a')).toBe(true)
  })
})

describe('keep', () => {
  test('says how a value is to be kept, before anything else', async () => {
    const { cache, clock } = cacheOf({ ttl: 1_000, negativeTtl: 500, maxBytes: '1MB' })
    await cache.fetch(
      'a',
      (_, { keep }) => {
        keep({ ttl: 10, bytes: 5_000, tags: ['red'] })
        return null
      },
      { ttl: 100 },
    )
    expect(cache.bytes).toBeGreaterThan(5_000)
    clock.advance(9)
    expect(cache.has('a')).toBe(true)
    clock.advance(1)
    expect(cache.has('a')).toBe(false)
  })

  test('leaves what it does not name as `fetch` was told', async () => {
    const { cache, clock } = cacheOf()
    await cache.fetch(
      'a',
      (_, { keep }) => {
        keep({ cost: 5 })
        return 'v'
      },
      { ttl: 10, tags: ['red'] },
    )
    expect(cache.deleteTag('red')).toBe(1)
    clock.advance(10)
  })

  test('makes the load fail when it is told nonsense', async () => {
    const { cache } = cacheOf()
    const loading = cache.fetch('a', (_, { keep }) => {
      keep({ ttl: Number.NaN })
      return 'v'
    })
    await expect(loading).rejects.toThrow('`ttl` must be')
  })
})

describe('forceRefresh', () => {
  test('loads though there is a value, and tells the loader of it', async () => {
    const { cache } = cacheOf()
    cache.set('a', 'old')
    const value = await cache.fetch('a', (_, { stale }) => `not ${stale}`, { forceRefresh: true })
    expect(value).toBe('not old')
    expect(cache.get('a')).toBe('not old')
  })

  test('keeps the old value when the load fails', async () => {
    const { cache } = cacheOf()
    cache.set('a', 'old')
    const no = (): never => {
      throw new Error('no')
    }
    await expect(cache.fetch('a', no, { forceRefresh: true })).rejects.toThrow('no')
    expect(cache.get('a')).toBe('old')
  })
})
