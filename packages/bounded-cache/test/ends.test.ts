import { type ScriptedPressure, scriptedPressure } from '@cultus/core/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BoundedCache, type BoundedCacheOptions } from '../src/index.ts'
import { policyNames } from '../src/policies/named.ts'

function cacheOf(options: Partial<BoundedCacheOptions<string, string>> = {}): {
  cache: BoundedCache<string, string>
  clock: ScriptedPressure['clock']
} {
  const { bus, registry, clock } = scriptedPressure()
  return {
    cache: new BoundedCache({ maxEntries: 100, policy: 'lru', bus, registry, clock, ...options }),
    clock,
  }
}

describe('maxIdle', () => {
  test.each(policyNames)('ends what is not used, and each use puts that off: %s', (policy) => {
    // Nobody else wants to hear of uses.
    const { cache, clock } = cacheOf({ maxIdle: 100, policy, observe: false })
    cache.set('used', 'v')
    cache.set('looked at', 'v')
    clock.advance(60)
    expect(cache.get('used')).toBe('v')
    expect(cache.peek('looked at')).toBe('v')
    clock.advance(60)
    expect(cache.get('used')).toBe('v')
    expect(cache.has('looked at')).toBe(false)
    clock.advance(100)
    expect(cache.get('used')).toBeUndefined()
    expect(cache.stats()).toMatchObject({ entries: 0, expirations: 2 })
  })

  test('does not put off the end of the ttl', () => {
    const { cache, clock } = cacheOf({ maxIdle: 100, ttl: 150 })
    cache.set('a', 'v')
    clock.advance(90)
    cache.get('a')
    clock.advance(59)
    expect(cache.get('a')).toBe('v')
    clock.advance(1)
    expect(cache.get('a')).toBeUndefined()
  })

  test('frees what nobody asks for any more', () => {
    const { cache, clock } = cacheOf({ maxIdle: 100 })
    for (let key = 0; key < 50; key++) cache.set(`${key}`, 'v')
    clock.advance(100)
    for (let key = 0; key < 40; key++) cache.set('other', 'v')
    expect(cache.size).toBe(1)
  })

  test('is not put off by a value that is served though its time is up', async () => {
    const { cache, clock } = cacheOf({ maxIdle: 100, staleWhileRevalidate: 50 })
    cache.set('a', 'old')
    clock.advance(100)
    const loading = new Promise<string>(() => {})
    expect(await cache.fetch('a', () => loading)).toBe('old')
    expect(cache.has('a')).toBe(false)
    clock.advance(50)
    cache.set('b', 'v')
    expect(cache.size).toBe(1)
  })

  test('and the ttl go with an entry that is moved when the cache gives back memory', async () => {
    const { cache, clock } = cacheOf({ maxIdle: 100, ttl: 150, maxEntries: 1_000 })
    for (let key = 0; key < 950; key++) cache.set(`${key}`, 'v', { ttl: Number.POSITIVE_INFINITY })
    for (let key = 950; key < 1_000; key++) cache.set(`${key}`, 'v')
    cache.setLimitRatio(0.05)
    await cache.release()
    expect(cache.size).toBe(50)
    clock.advance(90)
    for (const key of cache.keys()) cache.get(key)
    clock.advance(59)
    expect([...cache.keys()]).toHaveLength(50)
    clock.advance(1)
    expect([...cache.keys()]).toHaveLength(0)
  })

  test('serves exactly what a list of last uses does', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constantFrom('set' as const, 'get' as const), key: fc.nat(3) }),
      fc.record({ do: fc.constant('wait' as const), time: fc.nat(60) }),
    )
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 50 }),
        fc.constantFrom(0, 30, 100),
        (steps, staleIfError) => {
          const { cache, clock } = cacheOf({ maxIdle: 50, ttl: 120, staleIfError })
          const held = new Map<string, { setAt: number; usedAt: number }>()
          const isHeld = (key: string): boolean => {
            const entry = held.get(key)
            if (entry === undefined) return false
            return clock.now() < Math.min(entry.setAt + 120, entry.usedAt + 50)
          }
          for (const step of steps) {
            if (step.do === 'wait') clock.advance(step.time)
            else if (step.do === 'set') {
              cache.set(`${step.key}`, 'v')
              held.set(`${step.key}`, { setAt: clock.now(), usedAt: clock.now() })
            } else {
              const isServed = isHeld(`${step.key}`)
              expect(cache.get(`${step.key}`)).toBe(isServed ? 'v' : undefined)
              const entry = held.get(`${step.key}`)
              if (isServed && entry !== undefined) entry.usedAt = clock.now()
            }
            for (let key = 0; key < 4; key++) expect(cache.has(`${key}`)).toBe(isHeld(`${key}`))
          }
        },
      ),
    )
  }, 30_000)
})

describe('expiresAt', () => {
  test('ends an entry by the wall clock, unless its ttl does sooner', () => {
    const { cache, clock } = cacheOf({ ttl: 10 })
    const at = clock.date() + 100
    cache.set('date', 'v', { expiresAt: new Date(at) })
    cache.set('sooner', 'v', { expiresAt: at, ttl: 50 })
    cache.set('later', 'v', { expiresAt: at, ttl: 500 })
    clock.advance(49)
    expect([...cache.keys()].sort()).toEqual(['date', 'later', 'sooner'])
    clock.advance(50)
    expect([...cache.keys()].sort()).toEqual(['date', 'later'])
    clock.advance(1)
    expect([...cache.keys()]).toEqual([])
    expect(cache.set('past', 'v', { expiresAt: at })).toBe(false)
  })

  test('counts from when it was told, however long the load takes', async () => {
    const { cache, clock } = cacheOf()
    let land: (value: string) => void = () => {}
    const loading = cache.fetch('a', () => new Promise<string>((resolve) => (land = resolve)), {
      expiresAt: clock.date() + 100,
    })
    clock.advance(60)
    land('v')
    await loading
    clock.advance(39)
    expect(cache.has('a')).toBe(true)
    clock.advance(1)
    expect(cache.has('a')).toBe(false)
  })

  test.each([Number.NaN, new Date(Number.NaN), '2026-01-01'])('is refused when it is %s', (at) => {
    const { cache } = cacheOf()
    expect(() => cache.set('a', 'v', { expiresAt: at as never })).toThrow('`expiresAt` must be')
  })
})
