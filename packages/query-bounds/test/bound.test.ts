import { onlineManager, QueryObserver } from '@tanstack/query-core'
import { describe, expect, test } from 'vitest'
import { boundQueries } from '../src/index.ts'
import { boundedClient } from './bounded-client.ts'
import { drained } from './tanstack-time.ts'

const never = (): Promise<never> => new Promise(() => {})

describe('maxQueries', () => {
  test('keeps the queries touched last once the grace is over', async () => {
    const { client, clock, fill, keys } = boundedClient({ maxQueries: 3, grace: 1_000 })
    fill(1, 3)
    clock.advance(10)
    client.getQueryData(['item', 1])
    fill(4, 5)

    clock.advance(989)
    await drained()
    expect(keys()).toEqual([1, 2, 3, 4, 5])

    clock.advance(1)
    await drained()
    expect(keys()).toEqual([1, 4, 5])
  })

  test('takes a fetch that finds fresh data for a read', async () => {
    const { client, clock, fill, keys } = boundedClient({ maxQueries: 2, grace: 100 })
    fill(1, 2)
    clock.advance(200)
    const options = { queryKey: ['item', 1], queryFn: never, staleTime: Number.POSITIVE_INFINITY }
    await client.fetchQuery(options)
    fill(3, 3)
    clock.advance(100)
    await drained()
    expect(keys()).toEqual([1, 3])
  })

  test('does not take a bulk scan or an invalidation for use', async () => {
    const { client, clock, fill, keys } = boundedClient({ maxQueries: 2, grace: 100 })
    fill(1, 2)
    clock.advance(200)
    client.getQueriesData({ queryKey: ['item'] })
    client.getQueryCache().findAll()
    client.getQueryData(['item', 1])
    clock.advance(1)
    await client.invalidateQueries({ queryKey: ['item', 2] })
    client.getQueryCache().find({ queryKey: ['item', 2] })
    fill(3, 3)
    clock.advance(100)
    await drained()
    expect(keys()).toEqual([1, 3])
  })

  test('bounds what was in the cache before', async () => {
    const { bounds, client, clock, bus, registry, fill, keys } = boundedClient({ maxQueries: 50 })
    bounds.detach()
    fill(1, 5)
    boundQueries(client.getQueryCache(), { maxQueries: 2, clock, bus, registry })
    clock.advance(1_000)
    await drained()
    expect(keys()).toEqual([4, 5])
  })
})

test('a query written to directly counts as written', async () => {
  const { client, clock, fill, keys } = boundedClient({ maxQueries: 2, grace: 100 })
  fill(1, 2)
  clock.advance(200)
  client
    .getQueryCache()
    .find({ queryKey: ['item', 1] })
    ?.setState({ data: 'restored' })
  fill(3, 3)
  clock.advance(100)
  await drained()
  expect(keys()).toEqual([1, 3])
})

describe('maxBytes', () => {
  test('counts the data, and a fixed cost for each query', () => {
    const { bounds, client } = boundedClient({ maxBytes: '1MiB' })
    client.setQueryData(['item', 1], 1)
    const { bytes } = bounds.stats()
    expect(bytes).toBeGreaterThan(500)
    client.setQueryData(['item', 1], 'x'.repeat(10_000))
    expect(bounds.stats().bytes - bytes).toBeGreaterThan(9_900)
    client.setQueryData(['item', 1], 1)
    expect(bounds.stats().bytes).toBe(bytes)
  })

  test('evicts by size', async () => {
    const { clock, fill, keys } = boundedClient({ maxBytes: 25_000, grace: 100 })
    fill(1, 4, 'x'.repeat(10_000))
    clock.advance(100)
    await drained()
    expect(keys()).toEqual([3, 4])
  })

  test('asks `sizeOf` once for each new data', () => {
    const asked: unknown[] = []
    const { bounds, client } = boundedClient({
      maxBytes: '1MiB',
      sizeOf: (data) => {
        asked.push(data)
        return 5_000
      },
    })
    const data = { rows: [1, 2, 3] }
    client.setQueryData(['item', 1], data)
    // Equal data is shared with what was there, so there is nothing new to measure.
    client.setQueryData(['item', 1], { rows: [1, 2, 3] })
    void client.invalidateQueries()
    client.getQueryData(['item', 1])
    expect(asked).toEqual([data])
    expect(bounds.stats().bytes).toBe(6_000)
  })

  test.each([
    [
      'throws',
      (): number => {
        throw new Error('no size')
      },
    ],
    ['returns no number', (): number => Number.NaN],
    ['returns less than nothing', (): number => -1],
    ['returns without end', (): number => Number.POSITIVE_INFINITY],
  ])('estimates where `sizeOf` %s', (_, sizeOf) => {
    const estimated = boundedClient({ maxBytes: '1MiB' })
    const told = boundedClient({ maxBytes: '1MiB', sizeOf })
    for (const { client } of [estimated, told]) client.setQueryData(['item', 1], ['a', 'b'])
    expect(told.bounds.stats().bytes).toBe(estimated.bounds.stats().bytes)
  })
})

describe('a query in use', () => {
  test('stays while an observer is mounted, enabled or not', async () => {
    const { bounds, client, clock, fill, keys } = boundedClient({ maxQueries: 1, grace: 100 })
    fill(1, 2)
    const leave = [true, false].map((enabled, index) =>
      new QueryObserver(client, {
        queryKey: ['item', index + 1],
        enabled,
        staleTime: Number.POSITIVE_INFINITY,
      }).subscribe(() => {}),
    )
    fill(3, 9)
    clock.advance(5_000)
    await drained()
    expect(keys()).toEqual([1, 2, 9])
    expect(bounds.stats()).toMatchObject({ queries: 3, observed: 2, evictable: 1 })

    for (const stop of leave) stop()
    clock.advance(100)
    await drained()
    expect(keys()).toEqual([2])
  })

  test('stays while it is fetched, and the caller gets the data', async () => {
    const { client, clock, fill, keys } = boundedClient({ maxQueries: 1, grace: 100 })
    let answer = (_: string): void => {}
    const queryFn = (): Promise<string> =>
      new Promise((resolve) => {
        answer = resolve
      })
    const fetched = client.fetchQuery({ queryKey: ['item', 0], queryFn })
    fill(1, 9)
    clock.advance(5_000)
    await drained()
    expect(keys()).toEqual([0, 9])
    answer('answer')
    expect(await fetched).toBe('answer')
  })

  test('stays while its fetch is paused', async () => {
    const { client, clock, fill, keys } = boundedClient({ maxQueries: 1, grace: 100 })
    onlineManager.setOnline(false)
    void client.prefetchQuery({ queryKey: ['item', 0], queryFn: never })
    fill(1, 9)
    clock.advance(5_000)
    await drained()
    onlineManager.setOnline(true)
    expect(keys()).toEqual([0, 9])
  })
})

describe('minInactive', () => {
  test('leaves what was just left to go back to, although queries in use fill the bound', async () => {
    const { client, clock, fill, keys } = boundedClient({
      maxQueries: 4,
      minInactive: 2,
      grace: 100,
    })
    fill(1, 6)
    for (let key = 1; key <= 6; key++) {
      const queryKey = ['item', key]
      new QueryObserver(client, { queryKey, enabled: false }).subscribe(() => {})
    }
    fill(7, 9)
    clock.advance(100)
    await drained()
    expect(keys()).toEqual([1, 2, 3, 4, 5, 6, 8, 9])
  })

  test('does not widen the bound while queries in use leave room', async () => {
    const { clock, fill, keys } = boundedClient({ maxQueries: 2, minInactive: 16, grace: 100 })
    fill(1, 9)
    clock.advance(100)
    await drained()
    expect(keys()).toEqual([8, 9])
  })
})

describe('burst', () => {
  test('evicts inside the grace, and at once, when more comes than it allows', () => {
    const { causes, fill, bounds } = boundedClient({ maxQueries: 10, burst: 5, minInactive: 2 })
    fill(1, 15)
    expect(causes).toEqual([])
    fill(16, 20)
    expect(causes).toEqual(Array.from({ length: 5 }, () => 'burst'))
    expect(bounds.stats().queries).toBe(15)
  })

  test('never drops the query that is just being written', () => {
    const { client, fill } = boundedClient({ maxQueries: 1, burst: 0, minInactive: 0 })
    for (let key = 0; key < 50; key++) {
      fill(key, key)
      expect(client.getQueryCache().find({ queryKey: ['item', key] })?.state.data).toBe(key)
    }
  })

  test('leaves a working set its grace, whatever its size', () => {
    const { fill, keys } = boundedClient({ maxBytes: 10, minInactive: 3 })
    fill(1, 20)
    expect(keys()).toEqual([5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20])
  })

  test('of bytes is caught up with at once by a few, and by the rest in the turns that follow', async () => {
    const { bounds, client, fill } = boundedClient({ maxBytes: 100_000 })
    fill(1, 60)
    client.setQueryData(['item', 0], 'x'.repeat(200_000))
    expect(bounds.stats().evictions).toBe(8)
    await drained()
    expect(bounds.stats()).toMatchObject({ queries: 16, evictions: 45 })
  })

  test('is a quarter of the bound where that is more than 64', () => {
    const { fill, bounds } = boundedClient({ maxQueries: 400 })
    fill(1, 600)
    expect(bounds.stats().queries).toBe(500)
    const small = boundedClient({ maxQueries: 4 })
    small.fill(1, 600)
    expect(small.bounds.stats().queries).toBe(68)
  })
})
