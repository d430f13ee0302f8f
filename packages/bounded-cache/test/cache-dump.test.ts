import { FakeClock, scriptedPressure } from '@cultus/core/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BoundedCache, type BoundedCacheOptions } from '../src/index.ts'

function cacheOf(
  clock: FakeClock,
  options: Partial<BoundedCacheOptions<string, number>> = {},
): BoundedCache<string, number> {
  const { bus, registry } = scriptedPressure()
  return new BoundedCache({ maxEntries: 100, policy: 'lru', bus, registry, clock, ...options })
}

/** Another process, some time later: its own clock starts anew. */
function later(clock: FakeClock, milliseconds: number): FakeClock {
  return new FakeClock(5, clock.date() + milliseconds)
}

describe('a dump that is loaded', () => {
  test('brings back values, times, costs, tags and the order of eviction', () => {
    const clock = new FakeClock(1_000)
    const cache = cacheOf(clock, { maxIdle: 500 })
    cache.set('a', 1, { ttl: 100 })
    cache.set('b', 2, { tags: ['red'], cost: 5 })
    cache.set('c', 3)
    clock.advance(20)
    cache.get('b')
    clock.advance(10)
    const dumped = JSON.parse(JSON.stringify([...cache.dump()]))
    expect(dumped).toEqual([
      { format: 'cultus-cache', version: 1, date: clock.date() },
      { key: 'a', value: 1, expiresIn: 70, idleFor: 430 },
      { key: 'c', value: 3, idleFor: 30 },
      { key: 'b', value: 2, idleFor: 10, cost: 5, tags: ['red'] },
    ])
    const now = later(clock, 40)
    const restored = cacheOf(now, { maxIdle: 500 })
    expect(restored.load(dumped)).toEqual({
      loaded: 3,
      expired: 0,
      held: 0,
      refused: 0,
      invalid: 0,
    })
    expect([...restored]).toEqual([...cache])
    expect(restored.peek('a')).toBe(1)
    now.advance(30)
    expect(restored.has('a')).toBe(false)
    now.advance(399)
    expect(restored.has('c')).toBe(true)
    now.advance(1)
    expect(restored.has('c')).toBe(false)
    expect(restored.has('b')).toBe(true)
    expect(restored.deleteTag('red')).toBe(1)
  })

  test('leaves out what is over, and what is held or being loaded already', async () => {
    const clock = new FakeClock()
    const cache = cacheOf(clock)
    cache.set('over', 1, { ttl: 50 })
    cache.set('held', 2)
    cache.set('loading', 3)
    const records = [...cache.dump(), { nonsense: true } as never]
    const restored = cacheOf(later(clock, 50), { maxBytes: '1MB' })
    restored.set('held', 20)
    const loading = restored.fetch('loading', () => Promise.resolve(30))
    expect(restored.load(records)).toEqual({
      loaded: 0,
      expired: 1,
      held: 2,
      refused: 0,
      invalid: 1,
    })
    expect(await loading).toBe(30)
    expect([restored.get('held'), restored.get('loading')]).toEqual([20, 30])
  })

  test('leaves out what was not used for too long', () => {
    const clock = new FakeClock()
    const cache = cacheOf(clock)
    cache.set('a', 1)
    const restored = cacheOf(later(clock, 50), { maxIdle: 50 })
    expect(restored.load(cache.dump())).toMatchObject({ loaded: 0, expired: 1 })
  })

  test('is bounded, and keeps what was worth the most', () => {
    const clock = new FakeClock()
    const cache = cacheOf(clock)
    for (let key = 0; key < 50; key++) cache.set(`${key}`, key)
    const restored = cacheOf(clock, { maxEntries: 10 })
    expect(restored.load(cache.dump()).loaded).toBe(50)
    expect([...restored.keys()]).toEqual([...cache.keys()].slice(0, 10))
  })

  test('that is none changes nothing', () => {
    const cache = cacheOf(new FakeClock())
    cache.set('a', 1)
    expect(() => cache.load([{ key: 'a', value: 2 }])).toThrow('`records` must begin with')
    expect([...cache]).toEqual([['a', 1]])
  })
})

test('a dump is read as it is asked for, and leaves out what has gone meanwhile', () => {
  const clock = new FakeClock()
  const cache = cacheOf(clock)
  for (const key of ['a', 'b', 'c']) cache.set(key, 1, { ttl: 100 })
  const dump = cache.dump()
  cache.set('new', 1)
  expect(dump.next().value).toMatchObject({ version: 1 })
  expect(dump.next().value).toEqual({ key: 'a', value: 1, expiresIn: 100 })
  cache.delete('b')
  clock.advance(30)
  // Counted from the date of the header.
  expect(dump.next().value).toEqual({ key: 'c', value: 1, expiresIn: 100 })
  expect(dump.next().done).toBe(true)
})

test('what is served before a dump and after it is the same, whatever the cache', () => {
  const entry = fc.record({
    key: fc.nat(30),
    ttl: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.integer({ min: 1, max: 100 })),
    wait: fc.nat(10),
  })
  fc.assert(
    fc.property(
      fc.array(entry, { maxLength: 40 }),
      fc.constantFrom('lru', 'sieve', 's3-fifo', 'w-tinylfu', 'gdsf', 'adaptive'),
      fc.nat(60),
      fc.constantFrom(0, 30),
      (entries, policy, pause, staleIfError) => {
        const clock = new FakeClock()
        const options = { policy, staleIfError, maxEntries: 64 }
        const cache = cacheOf(clock, options)
        for (const { key, ttl, wait } of entries) {
          cache.set(`${key}`, key, { ttl })
          clock.advance(wait)
        }
        const dump = JSON.parse(JSON.stringify([...cache.dump()]))
        const restored = cacheOf(later(clock, pause), options)
        restored.load(dump)
        clock.advance(pause)
        expect(new Map(restored)).toEqual(new Map(cache))
      },
    ),
    { numRuns: 300 },
  )
}, 30_000)
