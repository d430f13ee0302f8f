import { dehydrate, QueryObserver } from '@tanstack/query-core'
import { expect, test } from 'vitest'
import { boundedClient } from './bounded-client.ts'
import { drained } from './tanstack-time.ts'

test('detaching at run time leaves the client as it was found, and everything in it working', async () => {
  const { bounds, bus, client, clock, fill, registry, set } = boundedClient({ maxQueries: 4 })
  const cache = client.getQueryCache()
  fill(1, 8)
  const observer = new QueryObserver(client, { queryKey: ['item', 8], queryFn: () => 'fetched' })
  const leave = observer.subscribe(() => {})
  await drained()
  clock.advance(1_000)
  await drained()
  set('warning')
  const before = dehydrate(client)
  bounds.detach()
  bounds.detach()

  expect(dehydrate(client)).toEqual({ ...before, queries: before.queries.map(anyTime) })
  expect(Object.getOwnPropertyNames(cache)).not.toContain('get')
  expect(cache.hasListeners()).toBe(false)
  expect(client.getMutationCache().hasListeners()).toBe(false)
  for (const query of cache.getAll()) expect(Object.getOwnPropertySymbols(query)).toEqual([])
  expect(registry.consumers).toEqual([])
  set('emergency')
  expect(bus.level).toBe('emergency')
  fill(9, 40)
  await drained()
  expect(cache.getAll()).toHaveLength(before.queries.length + 32)
  await client.invalidateQueries({ queryKey: ['item', 8] })
  expect(observer.getCurrentResult().data).toBe('fetched')
  leave()
})

function anyTime<T extends object>(query: T): T & { dehydratedAt: unknown } {
  return { ...query, dehydratedAt: expect.any(Number) }
}
