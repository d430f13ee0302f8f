import { FakeClock, scriptedPressure } from '@cultus/core/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BoundedCache, type BoundedCacheOptions } from '../src/index.ts'

function cacheOf(options: BoundedCacheOptions<string, string>): BoundedCache<string, string> {
  const { bus, registry } = scriptedPressure()
  return new BoundedCache({ bus, registry, maxEntries: 1_000, ...options })
}

describe('ttl', () => {
  test.each([0, 0.4, 1e9, -500])(
    'serves until the time is up, and not at that instant, from %d',
    (start) => {
      const clock = new FakeClock(start)
      const cache = cacheOf({ ttl: 100, clock })
      cache.set('a', 'kept')
      clock.advance(99)
      expect(cache.get('a')).toBe('kept')
      clock.advance(1)
      expect(cache.get('a')).toBeUndefined()
      expect(cache.stats()).toMatchObject({
        entries: 0,
        bytes: 0,
        expirations: 1,
        hits: 1,
        misses: 1,
      })
    },
  )

  test('never serves at or after its end, wherever between two milliseconds the clock stands', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        fc.integer({ min: 1, max: 1_000 }),
        fc.double({ min: 0, max: 2_000, noNaN: true }),
        (start, ttl, wait) => {
          const clock = new FakeClock(3.7)
          const cache = cacheOf({ ttl, clock })
          clock.advance(start)
          const setAt = clock.now()
          cache.set('a', 'kept')
          clock.advance(wait)
          const age = clock.now() - setAt
          if (age >= ttl) expect(cache.get('a')).toBeUndefined()
          if (age < ttl - 1) expect(cache.get('a')).toBe('kept')
        },
      ),
    )
  })

  test('of one entry wins over that of the cache, and may be infinite', () => {
    const clock = new FakeClock()
    const cache = cacheOf({ ttl: 100, clock })
    cache.set('short', '', { ttl: 10.9 })
    cache.set('long', '', { ttl: 1_000 })
    cache.set('ever', '', { ttl: Number.POSITIVE_INFINITY })
    clock.advance(10)
    expect([...cache.keys()]).toEqual(['ever', 'long'])
    clock.advance(1e9)
    expect([...cache.keys()]).toEqual(['ever'])
  })

  test.each([0, -5, 0.5, Number.NEGATIVE_INFINITY])(
    'of %d keeps nothing, the old value included',
    (ttl) => {
      const causes: unknown[] = []
      const cache = cacheOf({ onRemoval: ({ value, cause }) => causes.push([value, cause]) })
      cache.set('a', 'old')
      expect(cache.set('a', 'new', { ttl })).toBe(false)
      expect(cache.has('a')).toBe(false)
      expect(causes).toEqual([
        ['old', 'replaced'],
        ['new', 'expired'],
      ])
      expect(cache.stats()).toMatchObject({ expirations: 1, refusals: 0 })
    },
  )

  test('starts anew with each set, and not with a get', () => {
    const clock = new FakeClock()
    const cache = cacheOf({ ttl: 100, clock })
    cache.set('a', '1')
    clock.advance(60)
    cache.set('a', '2')
    clock.advance(60)
    expect(cache.get('a')).toBe('2')
    clock.advance(40)
    expect(cache.get('a')).toBeUndefined()
  })

  test.each(['get', 'peek', 'has', 'delete'] as const)(
    'drops an expired entry on `%s`',
    (method) => {
      const clock = new FakeClock()
      const cache = cacheOf({ ttl: 100, clock })
      cache.set('a', '1')
      clock.advance(100)
      expect(cache.size).toBe(1)
      expect(cache[method]('a') || undefined).toBeUndefined()
      expect(cache.size).toBe(0)
      expect(cache.stats().expirations).toBe(1)
    },
  )

  test('does not serve for as long as a clock was wrong', () => {
    const clock = new FakeClock(3_600_000)
    const cache = cacheOf({ ttl: 100, clock })
    cache.set('a', '1')
    clock.jump(-3_600_000)
    expect(cache.get('a')).toBeUndefined()
    cache.set('a', '2')
    clock.advance(99)
    expect(cache.get('a')).toBe('2')
    clock.jump(1e12)
    expect(cache.get('a')).toBeUndefined()
  })

  test('serves nothing that can expire by a clock that returns no number', () => {
    const clock = new FakeClock()
    const cache = cacheOf({ ttl: 100, clock: { ...fakeMethods(clock), now: () => Number.NaN } })
    cache.set('a', '1')
    expect(cache.get('a')).toBeUndefined()
  })

  test('hardly ever costs a reading of the clock where nothing expires', () => {
    const clock = new FakeClock()
    let readings = 0
    const now = (): number => {
      readings += 1
      return 0
    }
    const cache = cacheOf({ clock: { ...fakeMethods(clock), now } })
    const before = readings
    for (let index = 0; index < 3_000; index++) cache.set(`${index}`, '')
    for (let index = 0; index < 3_000; index++) cache.get(`${index}`)
    expect(readings).toBeLessThanOrEqual(before + 3_000 / 50)
  })
})

describe('the sweep', () => {
  test('frees what has expired and is never read again, with the sets that follow', () => {
    const clock = new FakeClock()
    const cache = cacheOf({ ttl: 100, clock })
    for (let index = 0; index < 900; index++) cache.set(`old ${index}`, '')
    clock.advance(100)
    for (let index = 0; index < 320; index++) cache.set('new', '')
    expect(cache.size).toBe(1)
    expect(cache.stats()).toMatchObject({ expirations: 900, evictions: 0 })
  })

  test('keeps up with a steady stream of keys', () => {
    const clock = new FakeClock()
    const cache = cacheOf({ ttl: 50, clock })
    for (let index = 0; index < 5_000; index++) {
      cache.set(`${index}`, '')
      clock.advance(1)
      // 50 live ones, and those that expire while a round over these is under way.
      expect(cache.size).toBeLessThanOrEqual(75)
    }
  })

  test('finds what expires behind entries that do not', () => {
    const clock = new FakeClock()
    const cache = cacheOf({ clock })
    for (let index = 0; index < 400; index++) cache.set(`stays ${index}`, '')
    for (let index = 0; index < 100; index++) cache.set(`goes ${index}`, '', { ttl: 10 })
    clock.advance(10)
    for (let index = 0; index < 500; index++) cache.set('stays 0', '')
    expect(cache.size).toBe(400)
  })

  test('finds it in the end although entries are used meanwhile', () => {
    const clock = new FakeClock()
    const cache = cacheOf({ clock })
    for (let index = 0; index < 100; index++) cache.set(`goes ${index}`, '', { ttl: 10 })
    for (let index = 0; index < 400; index++) cache.set(`stays ${index}`, '', { ttl: 1e6 })
    clock.advance(10)
    for (let index = 0; index < 3_000; index++) {
      cache.get(`stays ${(index * 7) % 400}`)
      cache.set(`stays ${(index * 13) % 400}`, '', { ttl: 1e6 })
    }
    expect(cache.size).toBe(400)
  })

  test('goes on after `clear`', () => {
    const clock = new FakeClock()
    const cache = cacheOf({ ttl: 10, clock })
    for (let round = 0; round < 3; round++) {
      for (let index = 0; index < 50; index++) cache.set(`${index}`, '')
      clock.advance(10)
      cache.set('new', '')
      cache.clear()
      for (let index = 0; index < 50; index++) cache.set(`${index}`, '')
      clock.advance(10)
      for (let index = 0; index < 40; index++) cache.set('new', '')
      expect(cache.size).toBe(1)
    }
  })
})

function fakeMethods(clock: FakeClock): Pick<FakeClock, 'date' | 'setTimer' | 'now'> {
  return {
    now: () => clock.now(),
    date: () => clock.date(),
    setTimer: (callback, delay) => clock.setTimer(callback, delay),
  }
}
