import { QueryObserver } from '@tanstack/query-core'
import { describe, expect, test } from 'vitest'
import { boundedClient } from './bounded-client.ts'
import { drained } from './tanstack-time.ts'

describe('explain', () => {
  test('says for each state why a query stays, or what goes before it', async () => {
    const bounded = boundedClient({
      maxQueries: 3,
      minInactive: 0,
      protect: ({ queryKey }) => queryKey[1] === 'protected',
    })
    const { bounds, client, clock } = bounded
    const verdict = (key: unknown): string => bounds.explain(['item', key]).verdict
    expect(verdict('absent')).toBe('absent')
    const leave = new QueryObserver(client, {
      queryKey: ['item', 'observed'],
      enabled: false,
    }).subscribe(() => {})
    const pending = client.fetchQuery({
      queryKey: ['item', 'fetching'],
      queryFn: () => new Promise((resolve) => clock.setTimer(() => resolve(1), 5_000)),
    })
    client.setQueryData(['item', 'protected'], 1)
    await client.fetchQuery({
      queryKey: ['item', 'pinned'],
      queryFn: () => 1,
      meta: { bounds: { pin: true, cost: 7, priority: 2 } },
    })
    client.setQueryData(['item', 1], 1)
    expect(verdict('observed')).toBe('observed')
    expect(verdict('fetching')).toBe('fetching')
    expect(verdict('protected')).toBe('protected')
    expect(bounds.explain(['item', 'pinned'])).toMatchObject({
      verdict: 'pinned',
      cost: 7,
      priority: 2,
      group: 'default',
      bytes: 1_008,
    })
    expect(bounds.explain(['item', 1])).toMatchObject({ verdict: 'grace', over: true })
    leave()
    clock.advance(5_000)
    await pending
    await drained()
    bounds.resize({ maxQueries: 10 })
    bounded.fill(1, 3)
    clock.advance(1_000)
    await drained()
    expect(bounds.explain(['item', 3])).toMatchObject({ verdict: 'idle', over: false })
    expect(bounds.explain(['item', 3]).before).toBeGreaterThanOrEqual(2)
    expect(bounds.explain(['item', 3]).reason).toContain('go before it')
  })

  test('is no use of the query', async () => {
    const { bounds, clock, fill, keys } = boundedClient({ maxQueries: 2, minInactive: 0 })
    fill(1, 2)
    clock.advance(1_000)
    bounds.explain(['item', 1])
    fill(3, 3)
    await drained()
    expect(keys()).toEqual([2, 3])
    expect(bounds.stats().hits).toBe(0)
  })
})

test('a listener that is no function is refused', () => {
  const { bounds } = boundedClient({ maxQueries: 1 })
  // @ts-expect-error a listener is a function
  expect(() => bounds.subscribe('evicted')).toThrow(
    expect.objectContaining({ code: 'CULTUS_INVALID_ARGUMENT' }),
  )
})

describe('a regret', () => {
  test('is a fetch of what was evicted a moment ago, and of nothing else', async () => {
    const { bounds, client, clock, fill } = boundedClient({ maxQueries: 2, minInactive: 0 })
    const fetchOne = (key: number): Promise<number> =>
      client.fetchQuery({ queryKey: ['item', key], queryFn: () => key })
    fill(1, 5)
    clock.advance(1_000)
    await drained()
    await fetchOne(1)
    await fetchOne(9)
    client.setQueryData(['item', 2], 'written')
    expect(bounds.stats()).toMatchObject({ misses: 2, regrets: 1 })
    expect(bounds.stats().groups['default']?.prefixes['item']).toMatchObject({ regrets: 1 })
    clock.advance(60_001)
    await fetchOne(3)
    expect(bounds.stats()).toMatchObject({ misses: 3, regrets: 1 })
  })
})
