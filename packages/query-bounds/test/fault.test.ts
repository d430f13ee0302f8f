import { QueryObserver } from '@tanstack/query-core'
import { describe, expect, test } from 'vitest'
import { boundQueries } from '../src/index.ts'
import { boundedClient } from './bounded-client.ts'
import { drained } from './tanstack-time.ts'
import { truthOf } from './truth.ts'

describe('a callback that throws', () => {
  test('stops no eviction and reaches nobody', async () => {
    const { bounds, clock, fill } = boundedClient({ maxQueries: 2 })
    bounds.subscribe(() => {
      throw new Error('not now')
    })
    fill(1, 9)
    clock.advance(1_000)
    await drained()
    expect(bounds.stats()).toMatchObject({ queries: 2, evictions: 7 })
  })

  test('as `sizeOf` leaves a write to succeed', () => {
    const { client } = boundedClient({
      maxBytes: '1MiB',
      sizeOf: () => {
        throw new Error('no size')
      },
    })
    expect(client.setQueryData(['item', 1], 'written')).toBe('written')
    expect(client.getQueryData(['item', 1])).toBe('written')
  })
})

describe('a callback that changes the cache', () => {
  test('as a listener puts back what went, and nothing recurses', async () => {
    const { bounds, client, clock, fill } = boundedClient({
      maxQueries: 2,
      burst: 0,
      minInactive: 0,
    })
    bounds.subscribe((event) => {
      if (event.type !== 'evicted') return
      client.setQueryData(event.query.queryKey, event.query.state.data)
    })
    fill(1, 9)
    await drained()
    expect(bounds.stats()).toMatchObject(truthOf(client.getQueryCache()))
    bounds.detach()
    clock.advance(1_000)
  })

  test('as a listener detaches in the middle of a sweep', async () => {
    const { bounds, clock, fill, keys } = boundedClient({ maxQueries: 2 })
    bounds.subscribe(() => bounds.detach())
    fill(1, 9)
    clock.advance(1_000)
    await drained()
    expect(keys()).toHaveLength(8)
  })

  test('as `sizeOf` and `protect` is counted right', () => {
    const { bounds, client, fill } = boundedClient({
      maxQueries: 50,
      maxBytes: '1MiB',
      sizeOf: (data, { queryKey }) => {
        if (data === 'first') client.setQueryData(queryKey, 'second, which is longer')
        return String(data).length
      },
      protect: ({ queryKey, state }) => {
        if (state.data === 'gone') client.removeQueries({ queryKey: [...queryKey], exact: true })
        return false
      },
    })
    fill(1, 1, 'first')
    fill(2, 2, 'gone')
    expect(client.getQueryCache().getAll()).toHaveLength(1)
    expect(bounds.stats()).toMatchObject({ queries: 1, bytes: 1_023, evictable: 1 })
  })
})

describe('a listener of the application', () => {
  test('that throws before ours keeps no query from going, nor the count from being right again', async () => {
    const { bounds, client, clock, bus, registry, fill, keys } = boundedClient({ maxQueries: 50 })
    bounds.detach()
    const cache = client.getQueryCache()
    let faulty = true
    cache.subscribe(() => {
      if (faulty) throw new Error('faulty listener')
    })
    const later = boundQueries(client, { maxQueries: 2, clock, bus, registry })
    for (let key = 1; key <= 5; key++) expect(() => fill(key, key)).toThrow('faulty listener')
    clock.advance(1_000)
    await later.release()
    clock.advance(1_000)
    await drained()
    expect(keys()).toHaveLength(2)
    expect(later.stats()).toMatchObject({ ...truthOf(cache), evictions: 3 })

    expect(() => client.removeQueries()).toThrow('faulty listener')
    faulty = false
    await later.release()
    expect(later.stats()).toMatchObject(truthOf(cache))
  })

  test('that removes a query as it is added leaves nothing in the count', () => {
    const { bounds, client, clock, bus, registry, fill } = boundedClient({ maxQueries: 50 })
    bounds.detach()
    const cache = client.getQueryCache()
    cache.subscribe(({ type, query }) => {
      if (type === 'added') cache.remove(query)
    })
    const later = boundQueries(client, { maxQueries: 2, clock, bus, registry })
    fill(1, 3)
    expect(later.stats()).toMatchObject({ queries: 0, bytes: 0 })
  })
})

describe('a clock', () => {
  test('that is set back does not put off the bound for longer than the grace', async () => {
    const { clock, fill, keys } = boundedClient({ maxQueries: 2, grace: 1_000 })
    clock.advance(1_000_000)
    fill(1, 5)
    clock.jump(-500_000)
    fill(6, 6)
    await drained()
    clock.advance(1_000)
    await drained()
    clock.advance(1_000)
    await drained()
    expect(keys()).toHaveLength(2)
  })

  test('that leaps ahead evicts no query in use', async () => {
    const { client, clock, fill, keys } = boundedClient({ maxQueries: 1, minInactive: 0 })
    fill(1, 3)
    new QueryObserver(client, { queryKey: ['item', 1], enabled: false }).subscribe(() => {})
    clock.jump(1e12)
    fill(4, 4)
    await drained()
    clock.advance(1_000)
    await drained()
    expect(keys()).toEqual([1])
  })
})
