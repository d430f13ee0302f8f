import type { Clock } from '@cultus/core'
import { FakeClock, scriptedPressure } from '@cultus/core/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Bounds } from '../src/bounds.ts'
import { BoundedCache, type BoundedCacheOptions } from '../src/index.ts'
import { ceilingAfterAdding } from '../src/shrink.ts'

function filled(
  count: number,
  options: Partial<BoundedCacheOptions<number, number>> = {},
): BoundedCache<number, number> {
  const { bus, registry, clock } = scriptedPressure()
  const cache = new BoundedCache({
    maxEntries: count,
    policy: 'lru',
    bus,
    registry,
    clock,
    ...options,
  })
  for (let key = 0; key < count; key++) cache.set(key, key)
  return cache
}

/** A clock that moves on by a step with each reading. */
function tickingClock(step: number): Clock {
  const clock = new FakeClock()
  return {
    now() {
      clock.jump(step)
      return clock.now()
    },
    date: () => clock.date(),
    setTimer: (callback, delay) => clock.setTimer(callback, delay),
  }
}

describe('the ceiling after adding', () => {
  const size = fc.integer({ min: 0, max: 1e9 })

  test('is never under the limit, and over it always less than what was held', () => {
    fc.assert(
      fc.property(size, size, size, (held, adding, limit) => {
        const ceiling = ceilingAfterAdding(held, adding, limit)
        expect(ceiling).toBeGreaterThanOrEqual(limit)
        if (held > limit) expect(ceiling).toBeLessThan(held)
        else expect(ceiling).toBe(limit)
      }),
    )
  })

  test('leads to the limit by additions alone', () => {
    fc.assert(
      fc.property(
        fc.nat(500),
        fc.integer({ min: 1, max: 100 }),
        fc.nat(500),
        (held, adding, limit) => {
          let now = held
          for (let count = 0; count < 500; count++) now = ceilingAfterAdding(now, adding, limit)
          expect(now).toBe(limit)
        },
      ),
    )
  })
})

test('a cache without a bound in entries ends where a Map would throw', () => {
  const bounds = new Bounds(Number.POSITIVE_INFINITY, 1e12, 1)
  expect(bounds.maxEntries).toBe(Number.POSITIVE_INFINITY)
  expect(bounds.limitEntries).toBeLessThan(2 ** 24)
})

describe('a lowered ratio', () => {
  test('frees nothing by itself', () => {
    const cache = filled(100)
    cache.setLimitRatio(0.1)
    expect(cache.size).toBe(100)
    expect(cache.stats().limitRatio).toBe(0.1)
  })

  test('lets each new key take out more than it adds, until the bound in force is reached', () => {
    const cache = filled(100)
    cache.setLimitRatio(0.5)
    for (let key = 100; cache.size > 50; key++) {
      const { size, bytes } = cache
      cache.set(key, key)
      expect(cache.size).toBe(size - 1)
      expect(cache.bytes).toBeLessThan(bytes)
      expect(cache.has(key)).toBe(true)
    }
    cache.set(1_000, 0)
    expect(cache.size).toBe(50)
  })

  test('lets each overwrite take out another entry, never the one that is set', () => {
    const cache = filled(10)
    cache.setLimitRatio(0.2)
    for (let count = 0; count < 20; count++) {
      expect(cache.set(0, count)).toBe(true)
      expect(cache.get(0)).toBe(count)
    }
    expect(cache.size).toBe(2)
  })

  test('of 0 takes in nothing, and a smallest one leaves room for one entry', () => {
    const cache = filled(10)
    cache.setLimitRatio(0.001)
    expect(cache.set(11, 0)).toBe(true)
    cache.setLimitRatio(0)
    expect(cache.set(12, 0)).toBe(false)
    expect(cache.set(11, 0)).toBe(false)
    expect(cache.has(11)).toBe(false)
    expect(cache.stats().refusals).toBe(2)
  })

  test.each([-0.1, 1.1, Number.NaN, '0.5'])('of %s is refused', (ratio) => {
    const cache = filled(10)
    expect(() => cache.setLimitRatio(ratio as number)).toThrow(
      '`ratio` must be a number from 0 to 1',
    )
    expect(cache.stats().limitRatio).toBe(1)
  })
})

describe('release', () => {
  test('evicts down to the bound in force, least recently used first, and tells what it did', async () => {
    const cache = filled(100)
    const before = cache.bytes
    cache.setLimitRatio(0.25)
    const report = await cache.release()
    expect([...cache.keys()]).toEqual(Array.from({ length: 25 }, (_, index) => 99 - index))
    expect(report).toEqual({ bytes: before - cache.bytes, entries: 75, slices: 1, completed: true })
    expect(cache.stats()).toMatchObject({ evictions: 75, pressureEvictions: 75 })
  })

  test('does nothing inside the bound', async () => {
    const cache = filled(10)
    expect(await cache.release()).toEqual({ bytes: 0, entries: 0, slices: 0, completed: true })
  })

  test('ends a slice when its time is up, and gives the event loop its turn', async () => {
    const cache = filled(100, { clock: tickingClock(1) })
    cache.setLimitRatio(0.2)
    let turns = 0
    let running = true
    const countTurns = (): void => {
      turns += 1
      if (running) setImmediate(countTurns)
    }
    setImmediate(countTurns)
    const report = await cache.release({ slice: 4 })
    running = false
    expect(report).toMatchObject({ entries: 80, slices: 40, completed: true })
    expect(turns).toBeGreaterThanOrEqual(20)
  })

  test('plans with half of the 8 ms that a slice may take unless told otherwise', async () => {
    const cache = filled(100, { clock: tickingClock(1) })
    cache.setLimitRatio(0.2)
    expect((await cache.release()).slices).toBe(20)
  })

  test('ends a slice in the end although the clock stands still', async () => {
    const cache = filled(20_000, { clock: tickingClock(0) })
    cache.setLimitRatio(0.1)
    const { slices, completed } = await cache.release()
    expect(completed).toBe(true)
    expect(slices).toBeGreaterThanOrEqual(3)
  })

  test('ends a slice when the clock goes back', async () => {
    const cache = filled(100, { clock: tickingClock(-1) })
    cache.setLimitRatio(0.9)
    expect((await cache.release()).slices).toBe(10)
  })

  test('stops between two slices when it is aborted', async () => {
    const signal = { aborted: false }
    const cache = filled(100, {
      clock: tickingClock(1),
      onRemoval: () => {
        if (cache.size === 60) signal.aborted = true
      },
    })
    cache.setLimitRatio(0.2)
    const report = await cache.release({ signal, slice: 8 })
    expect(report).toMatchObject({ entries: 40, completed: false })
    expect(cache.size).toBe(60)
  })

  test('takes out what has expired before what is older but alive', async () => {
    const { bus, registry, clock } = scriptedPressure()
    const cache = new BoundedCache<number, number>({ maxEntries: 100, bus, registry, clock })
    for (let key = 0; key < 40; key++) cache.set(key, key)
    for (let key = 40; key < 100; key++) cache.set(key, key, { ttl: 10 })
    clock.advance(10)
    cache.setLimitRatio(0.5)
    await cache.release()
    expect(cache.size).toBe(50)
    expect(cache.stats()).toMatchObject({ expirations: 50, pressureEvictions: 0 })
  })

  test.each([0, -1, Number.NaN, '8'])('refuses a slice of %s', async (slice) => {
    const cache = filled(10)
    cache.setLimitRatio(0.5)
    await expect(cache.release({ slice: slice as number })).rejects.toThrow('`slice` must be')
    expect(cache.size).toBe(10)
  })

  test('ends when nothing is left, or the bound rises, or the cache is disposed meanwhile', async () => {
    for (const meanwhile of [
      (cache: BoundedCache<number, number>) => cache.clear(),
      (cache: BoundedCache<number, number>) => cache.setLimitRatio(1),
      (cache: BoundedCache<number, number>) => cache.dispose(),
    ]) {
      const cache = filled(100, { clock: tickingClock(5) })
      cache.setLimitRatio(0)
      const released = cache.release()
      setImmediate(() => setImmediate(() => meanwhile(cache)))
      expect((await released).completed).toBe(true)
    }
  })

  test('of several caches at once has one slice in a turn of the event loop', async () => {
    let inThisTurn = new Set<string>()
    let most = 0
    const caches = ['a', 'b', 'c', 'd'].map((name) =>
      filled(60, {
        name,
        clock: tickingClock(1),
        onRemoval: () => {
          inThisTurn.add(name)
          most = Math.max(most, inThisTurn.size)
        },
      }),
    )
    let running = true
    const newTurn = (): void => {
      inThisTurn = new Set()
      if (running) setImmediate(newTurn)
    }
    newTurn()
    for (const cache of caches) cache.setLimitRatio(0.1)
    const reports = await Promise.all(caches.map((cache) => cache.release()))
    running = false
    expect(reports.map(({ entries }) => entries)).toEqual([54, 54, 54, 54])
    expect(most).toBe(1)
  })

  test('twice at once evicts no more than once', async () => {
    const cache = filled(100, { clock: tickingClock(1) })
    cache.setLimitRatio(0.5)
    const reports = await Promise.all([cache.release(), cache.release()])
    expect(reports.reduce((sum, { entries }) => sum + entries, 0)).toBe(50)
    expect(cache.size).toBe(50)
  })
})
