import { scriptedPressure } from '@cultus/core/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BoundedCache, type BoundedCacheOptions } from '../src/index.ts'

function cacheOf(
  options: Partial<BoundedCacheOptions<string, string>> = {},
): BoundedCache<string, string> {
  return new BoundedCache({ maxEntries: 100, policy: 'lru', ...scriptedPressure(), ...options })
}

describe('deleteTag', () => {
  test('finds what was moved when the cache gave back memory', async () => {
    const cache = cacheOf({ maxEntries: 1_000 })
    for (let key = 0; key < 1_000; key++) cache.set(`${key}`, 'v', { tags: [`tag ${key % 2}`] })
    cache.setLimitRatio(0.05)
    await cache.release()
    expect(cache.size).toBe(50)
    expect(cache.deleteTag('tag 1')).toBe(25)
    const left = Array.from({ length: 25 }, (_, index) => `${998 - 2 * index}`)
    expect([...cache.keys()]).toEqual(left)
  })

  test('removes every entry that carries the tag, and tells of each', () => {
    const removals: string[] = []
    const cache = cacheOf({ onRemoval: ({ key, cause }) => removals.push(`${key} ${cause}`) })
    cache.set('a', 'v', { tags: ['red', 'round'] })
    cache.set('b', 'v', { tags: ['red'] })
    cache.set('c', 'v', { tags: ['round'] })
    cache.set('d', 'v')
    expect(cache.deleteTag('red')).toBe(2)
    expect(removals.sort()).toEqual(['a deleted', 'b deleted'])
    expect([...cache.keys()].sort()).toEqual(['c', 'd'])
    expect(cache.deleteTag('red')).toBe(0)
  })

  test('goes by the tags of the last set', () => {
    const cache = cacheOf()
    cache.set('a', 'v', { tags: ['red'] })
    cache.set('a', 'v', { tags: ['blue'] })
    expect(cache.deleteTag('red')).toBe(0)
    cache.set('a', 'v')
    expect(cache.deleteTag('blue')).toBe(0)
    expect(cache.has('a')).toBe(true)
  })

  test.each([
    ['told to fetch', { tags: ['red'] }, undefined],
    ['told by the loader', {}, ['red']],
  ])('wins over a load whose tags were %s', async (_, options, kept) => {
    const cache = cacheOf()
    let land: (value: string) => void = () => {}
    const loading = cache.fetch(
      'a',
      (_, { keep }) => {
        if (kept !== undefined) keep({ tags: kept })
        return new Promise<string>((resolve) => (land = resolve))
      },
      options,
    )
    cache.deleteTag('red')
    const next = cache.fetch('a', () => 'new', options)
    land('old')
    expect(await loading).toBe('old')
    expect(await next).toBe('new')
    expect(cache.get('a')).toBe('new')
  })

  test('wins over a load that names its tags at its end', async () => {
    const cache = cacheOf()
    let land: (value: string) => void = () => {}
    const loading = cache.fetch('a', async (_, { keep }) => {
      const value = await new Promise<string>((resolve) => (land = resolve))
      keep({ tags: ['red'] })
      return value
    })
    cache.deleteTag('red')
    land('old')
    expect(await loading).toBe('old')
    expect(cache.has('a')).toBe(false)
  })
})

test('tags count as bytes, and are gone with their entries', () => {
  const cache = cacheOf({ maxBytes: '100kB' })
  cache.set('a', 'v')
  const bare = cache.bytes
  cache.set('a', 'v', { tags: ['t'.repeat(1_000)] })
  expect(cache.bytes).toBeGreaterThan(bare + 1_000)
  cache.set('a', 'v')
  expect(cache.bytes).toBe(bare)
  expect(cache.set('b', 'v', { tags: ['t'.repeat(20_000)] })).toBe(false)
  expect(cache.stats().refusals).toBe(1)
})

test('the bound holds with tags, and each tag finds what carries it', () => {
  const names = ['red', 'round', 'a tag of some length that weighs more than its entry does']
  const step = fc.oneof(
    fc.record({
      do: fc.constant('set' as const),
      key: fc.nat(12),
      tags: fc.uniqueArray(fc.constantFrom(...names)),
      ttl: fc.constantFrom(5, Number.POSITIVE_INFINITY),
    }),
    fc.record({ do: fc.constant('delete' as const), key: fc.nat(12) }),
    fc.record({ do: fc.constant('deleteTag' as const), tag: fc.constantFrom(...names) }),
    fc.record({ do: fc.constant('wait' as const) }),
  )
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 60 }),
      fc.constantFrom('lru', 'sieve', 's3-fifo', 'w-tinylfu', 'gdsf', 'adaptive'),
      (steps, policy) => {
        const { bus, registry, clock } = scriptedPressure()
        const carried = new Map<string, Set<string>>()
        const cache = new BoundedCache<string, string>({
          maxBytes: 3_000,
          maxEntryShare: 1,
          policy,
          bus,
          registry,
          clock,
          onRemoval: ({ key, cause }) => {
            if (cause !== 'replaced') for (const keys of carried.values()) keys.delete(key)
          },
        })
        for (const [index, step] of steps.entries()) {
          if (step.do === 'wait') clock.advance(5)
          else if (step.do === 'set') {
            const key = `key ${step.key}`
            // Of another value, or it would not be told of.
            const value = `${key} ${index}`
            for (const keys of carried.values()) keys.delete(key)
            const isKept = cache.set(key, value, { tags: step.tags, ttl: step.ttl })
            if (isKept)
              for (const tag of step.tags) {
                const keys = carried.get(tag) ?? new Set()
                carried.set(tag, keys.add(key))
              }
          } else if (step.do === 'delete') cache.delete(`key ${step.key}`)
          else {
            const expected = [...(carried.get(step.tag) ?? [])].filter((key) => cache.has(key))
            expect(cache.deleteTag(step.tag)).toBe(expected.length)
            for (const key of expected) expect(cache.has(key)).toBe(false)
          }
          expect(cache.bytes).toBeLessThanOrEqual(3_000)
        }
        cache.clear()
        expect(cache.bytes).toBe(0)
      },
    ),
    { numRuns: 300 },
  )
}, 60_000)
