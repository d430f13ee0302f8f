import { InfiniteQueryObserver } from '@tanstack/query-core'
import { describe, expect, test } from 'vitest'
import type { QueryBoundsEvent } from '../src/index.ts'
import { boundedClient } from './bounded-client.ts'
import { drained } from './tanstack-time.ts'

describe('an infinite query', () => {
  const settings = {
    queryKey: ['list'],
    queryFn: ({ pageParam }: { pageParam: number }) => `page ${pageParam}`,
    initialPageParam: 0,
    getNextPageParam: (_: unknown, pages: unknown[]) => pages.length,
  }

  test('that is idle keeps its first page at `critical`, stays stale, and goes on from there', async () => {
    const { bounds, client, clock } = boundedClient({ maxQueries: 9 })
    const told: QueryBoundsEvent[] = []
    bounds.subscribe((event) => told.push(event))
    await client.fetchInfiniteQuery({ ...settings, pages: 4 })
    const query = client.getQueryCache().find({ queryKey: ['list'] })
    query?.invalidate()
    const { dataUpdatedAt } = query?.state ?? {}
    clock.advance(1_000)
    bounds.setLimitRatio(0.75)
    await bounds.release()
    expect(client.getQueryData(['list'])).toMatchObject({ pageParams: [0, 1, 2, 3] })
    clock.advance(1_000)
    bounds.setLimitRatio(0.5)
    await bounds.release()
    expect(query?.state).toMatchObject({
      data: { pages: ['page 0'], pageParams: [0] },
      isInvalidated: true,
      dataUpdatedAt,
    })
    expect(bounds.stats().trimmedPages).toBe(3)
    expect(told).toMatchObject([{ type: 'trimmed', pages: 3, group: 'default' }])

    const observer = new InfiniteQueryObserver(client, settings)
    const leave = observer.subscribe(() => {})
    await drained()
    await observer.fetchNextPage()
    expect(observer.getCurrentResult().data).toEqual({
      pages: ['page 0', 'page 1'],
      pageParams: [0, 1],
    })
    leave()
  })

  test('that is mounted keeps its pages whatever the pressure, unless `maxPages` bounds them', async () => {
    const { client, clock, set } = boundedClient({ maxQueries: 1, maxBytes: 1_000, minInactive: 0 })
    const whole = new InfiniteQueryObserver(client, settings)
    const few = new InfiniteQueryObserver(client, { ...settings, queryKey: ['few'], maxPages: 2 })
    for (const observer of [whole, few]) observer.subscribe(() => {})
    await drained()
    for (let page = 0; page < 5; page++) {
      await whole.fetchNextPage()
      await few.fetchNextPage()
    }
    clock.advance(5_000)
    set('emergency')
    await drained()
    expect(whole.getCurrentResult().data?.pages).toHaveLength(6)
    expect(few.getCurrentResult().data?.pages).toHaveLength(2)
  })

  test('that also grows at its head, or only looks like one, is left whole', async () => {
    const { bounds, client, clock } = boundedClient({ maxQueries: 100 })
    const data = { pages: [1, 2, 3], pageParams: [1, 2, 3] }
    client.setQueryData(['plain'], data)
    const observer = new InfiniteQueryObserver(client, {
      ...settings,
      getPreviousPageParam: () => undefined,
    })
    const leave = observer.subscribe(() => {})
    await drained()
    await observer.fetchNextPage()
    await observer.fetchNextPage()
    leave()
    clock.advance(1_000)
    bounds.setLimitRatio(0.1)
    await bounds.release()
    expect(client.getQueryData(['plain'])).toBe(data)
    expect(client.getQueryData(['list'])).toMatchObject({ pageParams: [0, 1, 2] })
    expect(bounds.stats().trimmedPages).toBe(0)
  })
})
