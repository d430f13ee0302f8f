import { describe, expect, test } from 'vitest'
import { boundedClient } from './bounded-client.ts'
import { drained } from './tanstack-time.ts'

describe('of the oldest queries', () => {
  test('an error without data goes first, what no fetch can make again last', async () => {
    const { bounds, client, clock, fill, keys } = boundedClient({ maxQueries: 9, grace: 100 })
    fill(1, 1)
    await client.fetchQuery({ queryKey: ['item', 2], queryFn: () => 2 })
    await client.prefetchQuery({
      queryKey: ['item', 3],
      queryFn: () => Promise.reject(new Error('refused')),
    })
    await client.fetchQuery({ queryKey: ['item', 4], queryFn: () => 4 })
    await client.fetchQuery({ queryKey: ['item', 5], queryFn: () => 5 })
    await client.invalidateQueries({ queryKey: ['item', 4] })
    clock.advance(100)
    const left: unknown[][] = []
    for (const maxQueries of [4, 3, 2, 1]) {
      bounds.resize({ maxQueries })
      await drained()
      left.push(keys())
    }
    expect(left).toEqual([[1, 2, 4, 5], [1, 2, 5], [1, 5], [1]])
  })

  test('only a few are compared, so that what no fetch can make again goes as well', async () => {
    const { client, clock, fill, keys } = boundedClient({ maxQueries: 9, grace: 100 })
    fill(1, 9)
    await client.fetchQuery({ queryKey: ['item', 10], queryFn: () => 10 })
    clock.advance(100)
    await drained()
    expect(keys()).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10])
  })
})

describe('protect', () => {
  test('keeps what it answers true for, and counts it as in use', async () => {
    const { bounds, clock, fill, keys } = boundedClient({
      maxQueries: 2,
      minInactive: 0,
      grace: 100,
      protect: ({ queryKey }) => queryKey[1] === 1,
    })
    fill(1, 5)
    clock.advance(100)
    await drained()
    expect(keys()).toEqual([1, 5])
    expect(bounds.stats()).toMatchObject({ queries: 2, evictable: 1, observed: 0 })
  })

  test('is asked again before a query goes, and on a release', async () => {
    const pinned = new Set<unknown>()
    const { bounds, clock, fill, keys } = boundedClient({
      maxQueries: 2,
      minInactive: 0,
      grace: 100,
      protect: ({ queryKey }) => pinned.has(queryKey[1]),
    })
    fill(1, 3)
    pinned.add(1)
    clock.advance(100)
    await drained()
    expect(keys()).toEqual([1, 3])

    pinned.clear()
    fill(4, 4)
    await bounds.release()
    clock.advance(100)
    await drained()
    expect(keys()).toHaveLength(2)
    expect(bounds.stats().evictable).toBe(2)
  })

  test('protects nothing where it throws', async () => {
    const { clock, fill, keys } = boundedClient({
      maxQueries: 1,
      grace: 100,
      protect: () => {
        throw new Error('no answer')
      },
    })
    fill(1, 3)
    clock.advance(100)
    await drained()
    expect(keys()).toEqual([3])
  })
})

describe('resize', () => {
  test('takes effect without another event', async () => {
    const { bounds, clock, fill, keys } = boundedClient({ maxQueries: 9 })
    fill(1, 9)
    clock.advance(1_000)
    bounds.resize({ maxQueries: 2 })
    await drained()
    expect(keys()).toEqual([8, 9])
    expect(bounds.stats()).toMatchObject({ maxQueries: 2, maxBytes: undefined })
  })

  test('leaves the bound that is not named', () => {
    const { bounds } = boundedClient({ maxQueries: 9, maxBytes: '1MiB' })
    bounds.resize({ maxQueries: 2 })
    expect(bounds.stats()).toMatchObject({ maxQueries: 2, maxBytes: 2 ** 20 })
    bounds.resize({ maxBytes: '2MiB' })
    expect(bounds.stats()).toMatchObject({ maxQueries: 2, maxBytes: 2 ** 21 })
  })

  test('changes nothing where it is refused', () => {
    const { bounds } = boundedClient({ maxQueries: 9 })
    expect(() => bounds.resize({ maxQueries: 3, maxBytes: 'much' })).toThrow('`maxBytes` must')
    expect(bounds.stats()).toMatchObject({ maxQueries: 9, maxBytes: undefined })
  })
})
