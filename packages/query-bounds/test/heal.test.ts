import { type QueryClient, QueryObserver } from '@tanstack/query-core'
import { describe, expect, test } from 'vitest'
import { type BoundedClient, boundedClient } from './bounded-client.ts'
import { drained } from './tanstack-time.ts'

function observerOf(client: QueryClient, key: unknown): QueryObserver {
  return new QueryObserver<unknown, Error, unknown, unknown, readonly unknown[]>(client, {
    queryKey: ['item', key],
    queryFn: () => 'fetched',
    staleTime: Number.POSITIVE_INFINITY,
  })
}

/** An observer made while its query was cached, and the query evicted before it subscribes. */
async function lateObserver(): Promise<BoundedClient & { observer: QueryObserver }> {
  const bounded = boundedClient({ maxQueries: 1, grace: 100 })
  bounded.fill(1, 1, 'first')
  const observer = observerOf(bounded.client, 1)
  bounded.fill(2, 2)
  bounded.clock.advance(100)
  await drained()
  expect(bounded.keys()).toEqual([2])
  return { ...bounded, observer }
}

describe('an observer that subscribes to an evicted query', () => {
  test('has its query back in the cache, with its data', async () => {
    const { bounds, client, keys, observer } = await lateObserver()
    observer.subscribe(() => {})
    expect(keys()).toEqual([2, 1])
    expect(observer.getCurrentResult().data).toBe('first')
    expect(bounds.stats()).toMatchObject({ queries: 2, observed: 1, healed: 1 })

    client.setQueryData(['item', 1], 'second')
    expect(observer.getCurrentResult().data).toBe('second')
    await client.invalidateQueries({ queryKey: ['item', 1] })
    expect(observer.getCurrentResult().data).toBe('fetched')
  })

  test('moves to the new query, where its key has got one', async () => {
    const { bounds, client, fill, observer } = await lateObserver()
    fill(1, 1, 'second')
    observer.subscribe(() => {})
    await drained()
    expect(observer.getCurrentQuery()).toBe(client.getQueryCache().find({ queryKey: ['item', 1] }))
    expect(observer.getCurrentResult().data).toBe('second')
    expect(bounds.stats()).toMatchObject({ observed: 1, healed: 1 })
  })

  test('is found again however many of them there are', async () => {
    const { client, clock, fill } = boundedClient({ maxQueries: 1, grace: 100 })
    fill(1, 1, 'first')
    const observers = [1, 2, 3].map(() => observerOf(client, 1))
    fill(2, 2)
    clock.advance(100)
    await drained()
    fill(1, 1, 'second')
    for (const observer of observers) {
      observer.subscribe(() => {})
      await drained()
    }
    expect(observers.map((observer) => observer.getCurrentResult().data)).toEqual([
      'second',
      'second',
      'second',
    ])
  })

  test('gets its query back where the new one has gone before it could move', async () => {
    const { client, fill, keys, observer } = await lateObserver()
    fill(1, 1, 'second')
    observer.subscribe(() => {})
    client.removeQueries({ queryKey: ['item', 1] })
    await drained()
    expect(keys()).toEqual([2, 1])
    expect(observer.getCurrentQuery()).toBe(client.getQueryCache().find({ queryKey: ['item', 1] }))
  })

  test('is left alone where it has gone before it could move', async () => {
    const { bounds, fill, observer } = await lateObserver()
    fill(1, 1, 'second')
    observer.subscribe(() => {})()
    await drained()
    expect(bounds.stats()).toMatchObject({ observed: 0, healed: 0 })
  })

  test('harms nobody where its options are refused', async () => {
    const { client, fill, observer } = await lateObserver()
    fill(1, 1, 'second')
    observer.setOptions = () => {
      throw new Error('refused')
    }
    observer.subscribe(() => {})
    await drained()
    expect(client.getQueryData(['item', 1])).toBe('second')
  })
})

test('what the application removed is not brought back', async () => {
  const { bounds, client, keys, fill } = boundedClient({ maxQueries: 1, grace: 100 })
  fill(1, 1, 'of a former user')
  const observer = observerOf(client, 1)
  client.clear()
  observer.subscribe(() => {})
  await drained()
  expect(keys()).toEqual([])
  expect(bounds.stats()).toMatchObject({ queries: 0, observed: 0, healed: 0 })
})

test('what the application removed after it had been brought back is not brought back again', async () => {
  const { client, keys, observer } = await lateObserver()
  observer.subscribe(() => {})()
  client.clear()
  observer.subscribe(() => {})
  await drained()
  expect(keys()).toEqual([])
})
