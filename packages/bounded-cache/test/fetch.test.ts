import { scriptedPressure } from '@cultus/core/testing'
import { describe, expect, test } from 'vitest'
import { BoundedCache, type BoundedCacheOptions } from '../src/index.ts'

function cacheOf<K, V>(options: Partial<BoundedCacheOptions<K, V>> = {}): BoundedCache<K, V> {
  const { bus, registry, clock } = scriptedPressure()
  return new BoundedCache({ maxEntries: 100, bus, registry, clock, ...options })
}

/** A load that a test ends when it likes. */
class Load<V> {
  readonly promise: Promise<V>
  resolve: (value: V) => void = () => {}
  reject: (error: unknown) => void = () => {}
  calls = 0
  signal: AbortSignal | undefined

  constructor() {
    this.promise = new Promise<V>((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
  }

  readonly loader = (_: unknown, { signal }: { signal: AbortSignal }): Promise<V> => {
    this.calls += 1
    this.signal = signal
    return this.promise
  }
}

describe('fetch', () => {
  test('loads what is missing, keeps it, and serves it from then on', async () => {
    const cache = cacheOf<string, string>()
    const loader = (key: string): string => `value of ${key}`
    expect(await cache.fetch('a', loader)).toBe('value of a')
    expect(await cache.fetch('a', () => 'other')).toBe('value of a')
    expect(cache.get('a')).toBe('value of a')
    expect(cache.stats()).toMatchObject({ hits: 2, misses: 1, loads: 1, loadFailures: 0, sets: 1 })
  })

  test('makes 100 loads of 10,000 calls for 100 keys, with room for 3', async () => {
    const cache = cacheOf<number, string>({ maxEntries: 3 })
    const loaded = new Map<number, number>()
    const loader = async (key: number): Promise<string> => {
      loaded.set(key, (loaded.get(key) ?? 0) + 1)
      await Promise.resolve()
      return `value ${key}`
    }
    const calls = Array.from({ length: 10_000 }, (_, index) =>
      cache.fetch((index * 7) % 100, loader),
    )
    const values = await Promise.all(calls)
    expect(values.every((value, index) => value === `value ${(index * 7) % 100}`)).toBe(true)
    expect([...loaded.values()]).toEqual(Array.from({ length: 100 }, () => 1))
    expect(cache.stats()).toMatchObject({ loads: 100, sharedLoads: 9_900, entries: 3 })
  })

  test('keeps undefined that was loaded', async () => {
    const cache = cacheOf<string, undefined>()
    let loads = 0
    const loader = (): undefined => {
      loads += 1
    }
    await cache.fetch('a', loader)
    await cache.fetch('a', loader)
    expect(loads).toBe(1)
  })

  test('takes the options of `set`, and the time to live starts when the load ends', async () => {
    const { bus, registry, clock } = scriptedPressure()
    const cache = new BoundedCache<string, string>({ maxEntries: 5, bus, registry, clock })
    const load = new Load<string>()
    const value = cache.fetch('a', load.loader, { ttl: 100, bytes: 1_000 })
    clock.advance(90)
    load.resolve('loaded')
    await value
    clock.advance(99)
    expect(cache.get('a')).toBe('loaded')
    expect(cache.bytes).toBeGreaterThan(1_000)
    clock.advance(1)
    expect(cache.get('a')).toBeUndefined()
  })

  test('gives the loaded value to the caller though it is too large to be kept', async () => {
    const cache = cacheOf<string, string>({ maxBytes: 8_000 })
    expect(await cache.fetch('a', () => 'v'.repeat(2_000))).toHaveLength(2_000)
    expect(cache.stats()).toMatchObject({ entries: 0, refusals: 1 })
  })

  test('rejects bad arguments and starts nothing', async () => {
    const cache = cacheOf<string, string>()
    const invalid = expect.objectContaining({ code: 'CULTUS_INVALID_ARGUMENT' })
    await expect(cache.fetch('a', 'loader' as never)).rejects.toEqual(invalid)
    await expect(cache.fetch('a', () => 'v', { ttl: Number.NaN })).rejects.toEqual(invalid)
    expect(cache.stats()).toMatchObject({ loads: 0, misses: 0 })
  })
})

describe('a load that fails', () => {
  test.each([
    ['rejects', () => Promise.reject(new Error('no'))],
    [
      'throws',
      () => {
        throw new Error('no')
      },
    ],
  ])(
    'because the loader %s reaches all who wait, and the next caller loads again',
    async (_, loader) => {
      const cache = cacheOf<string, string>()
      const calls = [cache.fetch('a', loader), cache.fetch('a', loader)]
      expect(await Promise.allSettled(calls)).toEqual([
        { status: 'rejected', reason: new Error('no') },
        { status: 'rejected', reason: new Error('no') },
      ])
      expect(await cache.fetch('a', () => 'better')).toBe('better')
      expect(cache.stats()).toMatchObject({ loads: 2, loadFailures: 1, sharedLoads: 1 })
    },
  )

  test('leaves no rejection behind when a set came first', async () => {
    const cache = cacheOf<string, string>()
    const load = new Load<string>()
    const value = cache.fetch('a', load.loader)
    cache.set('a', 'set')
    load.reject(new Error('aborted'))
    expect(await value).toBe('set')
    expect(cache.stats().loadFailures).toBe(0)
  })
})

describe('during a load', () => {
  test('a set wins: it is kept, those who wait get it at once, and the load is aborted', async () => {
    const cache = cacheOf<string, string>()
    const load = new Load<string>()
    const waiting = [cache.fetch('a', load.loader), cache.fetch('a', load.loader)]
    expect(load.signal?.aborted).toBe(false)
    cache.set('a', 'set')
    expect(load.signal?.aborted).toBe(true)
    expect(await Promise.all(waiting)).toEqual(['set', 'set'])
    load.resolve('loaded')
    await load.promise
    expect(cache.get('a')).toBe('set')
    expect(load.calls).toBe(1)
  })

  test.each(['delete', 'clear'] as const)(
    'a %s wins: what was loaded is served but not kept, and the next caller loads anew',
    async (method) => {
      const cache = cacheOf<string, string>()
      const before = new Load<string>()
      const after = new Load<string>()
      const first = cache.fetch('a', before.loader)
      cache[method]('a')
      const second = cache.fetch('a', after.loader)
      expect(before.signal?.aborted).toBe(false)
      expect(after.calls).toBe(1)
      after.resolve('new')
      expect(await second).toBe('new')
      before.resolve('old')
      expect(await first).toBe('old')
      expect(cache.get('a')).toBe('new')
    },
  )

  test('a failed load that a delete cut off is still counted, and does not end the one after it', async () => {
    const cache = cacheOf<string, string>()
    const before = new Load<string>()
    const after = new Load<string>()
    const first = cache.fetch('a', before.loader)
    cache.delete('a')
    const second = cache.fetch('a', after.loader)
    before.reject(new Error('no'))
    await expect(first).rejects.toThrow('no')
    const third = cache.fetch('a', after.loader)
    after.resolve('new')
    expect(await Promise.all([second, third])).toEqual(['new', 'new'])
    expect(after.calls).toBe(1)
    expect(cache.stats().loadFailures).toBe(1)
  })

  test('eviction, a lowered ratio and a purge do not disturb it', async () => {
    const cache = cacheOf<string, string>({ maxEntries: 2 })
    const load = new Load<string>()
    const value = cache.fetch('a', load.loader)
    for (const key of ['b', 'c', 'd']) cache.set(key, key)
    cache.setLimitRatio(0.5)
    await cache.release()
    cache.purge()
    expect(load.signal?.aborted).toBe(false)
    load.resolve('loaded')
    expect(await value).toBe('loaded')
    expect(cache.get('a')).toBe('loaded')
  })

  test('the same key set from inside its loader is what the caller gets', async () => {
    const cache = cacheOf<string, string>()
    const value = await cache.fetch('a', (key) => {
      cache.set(key, 'from inside')
      return 'loaded'
    })
    expect(value).toBe('from inside')
    expect(cache.get('a')).toBe('from inside')
  })

  test('dispose aborts it, and who waits gets what the loader makes of that', async () => {
    const cache = cacheOf<string, string>()
    const load = new Load<string>()
    const waiting = cache.fetch('a', (_, { signal }) => {
      signal.addEventListener('abort', () => load.reject(signal.reason))
      return load.promise
    })
    cache.dispose()
    await expect(waiting).rejects.toThrow('disposed')
    expect(cache.size).toBe(0)
  })
})
