import { scriptedPressure } from '@cultus/core/testing'
import { dehydrate, hydrate, QueryCache, QueryClient } from '@tanstack/query-core'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { type BoundQueriesOptions, boundQueries, type QueryClientLike } from '../src/index.ts'
import { boundedClient } from './bounded-client.ts'
import { drained, runTanStackOn } from './tanstack-time.ts'

afterEach(() => runTanStackOn(undefined))

describe('settings', () => {
  test.each<[string, BoundQueriesOptions]>([
    ['`maxQueries` must be given unless `maxBytes` is, got undefined', {}],
    ['`maxQueries` must be a positive integer, got 0', { maxQueries: 0 }],
    ['`maxQueries` must be a positive integer, got 1.5', { maxQueries: 1.5 }],
    ['`maxQueries` must be a positive integer, got Infinity', { maxQueries: Infinity }],
    ['`maxBytes` must be a positive number of bytes', { maxBytes: 'much' }],
    ['`maxBytes` must be a positive number of bytes', { maxQueries: 1, maxBytes: 0 }],
    ['`grace` must be a number from 0 to 3600000, got -1', { maxQueries: 1, grace: -1 }],
    ['`grace` must be a number from 0', { maxQueries: 1, grace: Number.NaN }],
    ['`burst` must be an integer of at least 0, got -1', { maxQueries: 1, burst: -1 }],
    ['`minInactive` must be an integer of at least 0', { maxQueries: 1, minInactive: 0.5 }],
    ['`name` must be a non-empty string, got ""', { maxQueries: 1, name: '' }],
    [
      '`ratios.critical` must be a number from 0 to 0.75',
      { maxQueries: 1, ratios: { critical: 2 } },
    ],
  ])('%s', (message, options) => {
    const client = new QueryClient()
    const { bus, registry } = scriptedPressure()
    expect(() => boundQueries(client, { bus, registry, ...options })).toThrow(
      expect.objectContaining({
        code: 'CULTUS_INVALID_OPTION',
        message: expect.stringContaining(message),
      }),
    )
    expect(registry.consumers).toEqual([])
    expect(client.getQueryCache().hasListeners()).toBe(false)
    expect(Object.hasOwn(client.getQueryCache(), 'get')).toBe(false)
  })

  test.each(['sizeOf', 'protect'])('`%s` must be a function', (option) => {
    const options = { maxQueries: 1, [option]: 7 } as BoundQueriesOptions
    expect(() => boundQueries(new QueryClient(), options)).toThrow(
      `\`${option}\` must be a function, got 7`,
    )
  })

  test.each([[undefined], [null], [{}], [new Map()], [{ getQueryCache: () => undefined }]])(
    'refuses %s for a client',
    (target) => {
      const client = target as unknown as QueryClientLike
      expect(() => boundQueries(client, { maxQueries: 1 })).toThrow(
        expect.objectContaining({ code: 'CULTUS_INVALID_ARGUMENT' }),
      )
    },
  )

  test('take the defaults where they are undefined', () => {
    const { bounds } = boundedClient({
      maxQueries: 1,
      maxBytes: undefined,
      burst: undefined,
      sizeOf: undefined,
      protect: undefined,
    })
    expect(bounds).toMatchObject({ name: 'queries', kind: 'query-cache' })
  })
})

describe('attaching', () => {
  test('is refused where the cache is bounded already, and possible again after detaching', () => {
    const { bounds, client, bus, registry } = boundedClient({ maxQueries: 1 })
    const again = (): unknown =>
      boundQueries(client.getQueryCache(), { maxQueries: 1, bus, registry })
    expect(again).toThrow('the query cache is bounded already')
    expect(registry.consumers).toHaveLength(1)
    bounds.detach()
    expect(again).not.toThrow()
  })

  test('leaves nothing behind when the registry refuses', () => {
    const client = new QueryClient()
    const { bus, registry } = scriptedPressure()
    registry.register = () => {
      throw new Error('full')
    }
    expect(() => boundQueries(client, { maxQueries: 1, bus, registry })).toThrow('full')
    expect(client.getQueryCache().hasListeners()).toBe(false)
    expect(Object.hasOwn(client.getQueryCache(), 'get')).toBe(false)
  })

  test('answers a level that was entered before', async () => {
    const { bus, registry, clock, set } = scriptedPressure()
    set('critical')
    const client = new QueryClient()
    for (let key = 0; key < 100; key++) client.setQueryData(['item', key], key)
    const bounds = boundQueries(client, { maxQueries: 100, bus, registry, clock })
    expect(bounds.stats().limitRatio).toBe(0.5)
    clock.advance(1_000)
    await drained()
    expect(bounds.stats().queries).toBe(50)
  })

  test('bounds a subclass that looks up in its own way, as vue-query’s does', async () => {
    class OwnCache extends QueryCache {
      looked = 0
      override get: QueryCache['get'] = (hash) => {
        this.looked += 1
        return super.get(hash)
      }
    }
    const cache = new OwnCache()
    const own = cache.get
    const { bus, registry, clock } = scriptedPressure()
    runTanStackOn(clock)
    const client = new QueryClient({ queryCache: cache })
    const bounds = boundQueries(client, { maxQueries: 1, grace: 100, bus, registry, clock })
    client.setQueryData(['item', 1], 1)
    client.setQueryData(['item', 2], 2)
    expect(cache.looked).toBeGreaterThan(0)
    clock.advance(100)
    await drained()
    expect(cache.getAll()).toHaveLength(1)
    bounds.detach()
    expect(cache.get).toBe(own)
  })
})

describe('detaching', () => {
  test('leaves the client as it was found, with a sweep and a timer under way', async () => {
    const { bounds, bus, client, clock, fill, registry, set, keys } = boundedClient({
      maxQueries: 2,
    })
    const timers = clock.pendingTimers
    fill(1, 5)
    await drained()
    expect(clock.pendingTimers).toBe(timers + 1)
    set('critical')
    fill(6, 9)
    bounds.detach()
    expect(Object.hasOwn(client.getQueryCache(), 'get')).toBe(false)
    expect(client.getQueryCache().hasListeners()).toBe(false)
    expect(registry.consumers).toEqual([])
    bus.withdraw('script')
    expect(clock.pendingTimers).toBe(0)

    clock.advance(10_000)
    set('emergency')
    await drained()
    expect(keys()).toHaveLength(9)
    expect(await bounds.release()).toMatchObject({ entries: 0 })
    bounds.purge()
    bounds.resize({ maxQueries: 1 })
    await drained()
    expect(keys()).toHaveLength(9)
    expect(bounds.stats()).toMatchObject({ queries: 0, evictions: 0 })
  })

  test('can be done twice, and by `using`', () => {
    const { bounds, registry } = boundedClient({ maxQueries: 2 })
    bounds[Symbol.dispose]()
    expect(() => bounds.detach()).not.toThrow()
    expect(registry.consumers).toEqual([])
  })

  test('forgets the queries', () => {
    const { bounds, fill } = boundedClient({ maxQueries: 9 })
    fill(1, 5)
    bounds.detach()
    fill(6, 9)
    expect(bounds.stats()).toMatchObject({ queries: 0, bytes: 0, evictable: 0, observed: 0 })
  })

  test('leaves alone a `get` that someone has wrapped since', () => {
    const { bounds, client, fill } = boundedClient({ maxQueries: 9 })
    fill(1, 1)
    const cache = client.getQueryCache()
    const ours = cache.get.bind(cache)
    let seen = 0
    cache.get = (hash: string) => {
      seen += 1
      return ours(hash)
    }
    bounds.detach()
    const { hits } = bounds.stats()
    expect(client.getQueryData(['item', 1])).toBe(1)
    expect(seen).toBe(1)
    expect(bounds.stats().hits).toBe(hits)
  })
})

describe('hits and misses', () => {
  test('are lookups that found data, and queries that had to be fetched', async () => {
    const { bounds, client } = boundedClient({ maxQueries: 9 })
    const options = {
      queryKey: ['item', 1],
      queryFn: () => 1,
      staleTime: Number.POSITIVE_INFINITY,
    }
    expect(client.getQueryData(['item', 1])).toBeUndefined()
    expect(bounds.stats()).toMatchObject({ hits: 0, misses: 0 })
    await Promise.all([client.fetchQuery(options), client.fetchQuery(options)])
    expect(bounds.stats()).toMatchObject({ hits: 0, misses: 1 })
    await client.fetchQuery(options)
    client.getQueryData(['item', 1])
    expect(bounds.stats()).toMatchObject({ hits: 2, misses: 1 })
    await client.fetchQuery({ ...options, staleTime: 0 })
    expect(bounds.stats()).toMatchObject({ misses: 1 })
  })

  test('are no writes', () => {
    const { bounds, client } = boundedClient({ maxQueries: 9 })
    client.setQueryData(['item', 1], 1)
    client.setQueryData(['item', 1], (old: number | undefined) => (old ?? 0) + 1)
    client.setQueryData(['item', 2], 2)
    expect(bounds.stats()).toMatchObject({ hits: 0, misses: 0 })
    client.getQueryData(['item', 2])
    client.setQueryData(['item', 2], 3)
    expect(bounds.stats()).toMatchObject({ hits: 1, misses: 0 })
  })

  test('are no hydration and no initial data', () => {
    const { bounds, client } = boundedClient({ maxQueries: 9 })
    const source = new QueryClient()
    source.setQueryData(['item', 1], 1)
    hydrate(client, dehydrate(source))
    client.getQueryCache().build(client, { queryKey: ['item', 2], initialData: 2 })
    expect(bounds.stats()).toMatchObject({ queries: 2, hits: 0, misses: 0 })
  })

  test('are not taken back by a write that looked nothing up', () => {
    const { bounds, client, fill } = boundedClient({ maxQueries: 9 })
    fill(1, 2)
    const query = client.getQueryCache().find({ queryKey: ['item', 1] })
    client.getQueryData(['item', 2])
    query?.setData('restored', { manual: true })
    expect(bounds.stats()).toMatchObject({ hits: 1, misses: 0 })
  })

  test('count what was read, whatever was written in between', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ write: fc.boolean(), key: fc.nat(3) })), (accesses) => {
        const { bounds, client } = boundedClient({ maxQueries: 9 })
        const present = new Set<number>()
        let hits = 0
        for (const { write, key } of accesses) {
          if (write) {
            present.add(key)
            client.setQueryData(['item', key], key)
          } else {
            hits += Number(present.has(key))
            client.getQueryData(['item', key])
          }
        }
        expect(bounds.stats()).toMatchObject({ hits, misses: 0 })
      }),
    )
  })
})

test('a role is shown to the registry, where there is one', () => {
  expect(boundedClient({ maxQueries: 1 }).bounds.role).toBeUndefined()
  const { registry } = boundedClient({ maxQueries: 1, role: 'ai' })
  expect(registry.usage()).toMatchObject([{ role: 'ai' }])
})

test('an eviction is told with its query, its bytes, its cause and its group, until nobody listens', async () => {
  const told: unknown[] = []
  const { bounds, clock, fill } = boundedClient({ maxQueries: 1 })
  const leave = bounds.subscribe((event) => {
    if (event.type !== 'evicted') return
    const { query, bytes, cause, group } = event
    told.push([query.queryKey, query.state.data, bytes, cause, group])
  })
  fill(1, 2)
  const { bytes } = bounds.stats()
  clock.advance(1_000)
  await drained()
  expect(told).toEqual([[['item', 1], 1, bytes / 2, 'bound', 'default']])
  expect(bounds.stats()).toMatchObject({ evictions: 1, evictedBytes: bytes / 2 })
  leave()
  bounds.purge()
  expect(told).toHaveLength(1)
})
