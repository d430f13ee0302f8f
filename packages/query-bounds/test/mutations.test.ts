import { MutationObserver } from '@tanstack/query-core'
import { describe, expect, test } from 'vitest'
import type { QueryBoundsEvent } from '../src/index.ts'
import { boundedClient } from './bounded-client.ts'
import { drained } from './tanstack-time.ts'

describe('settled mutations', () => {
  const run = async (
    client: ReturnType<typeof boundedClient>['client'],
    count: number,
  ): Promise<void> => {
    for (let index = 0; index < count; index++) {
      const observer = new MutationObserver(client, { mutationFn: async () => index })
      await observer.mutate()
      observer.reset()
    }
  }

  test('are bounded, oldest first, and told', async () => {
    const { bounds, client } = boundedClient({ maxQueries: 9, mutations: { maxSettled: 3 } })
    const told: QueryBoundsEvent[] = []
    bounds.subscribe((event) => told.push(event))
    await run(client, 8)
    await drained()
    const left = client.getMutationCache().getAll()
    expect(left.map(({ state }) => state.data)).toEqual([5, 6, 7])
    expect(told.map(({ type }) => type)).toEqual(
      Array.from({ length: 5 }, () => 'mutation-evicted'),
    )
    expect(bounds.stats().mutations).toMatchObject({ settled: 3, evictions: 5 })
    expect(bounds.usage().bytes).toBe(bounds.stats().mutations?.bytes)
  })

  test('are left alone where that is asked, and where there is only a cache', async () => {
    const { bounds, client } = boundedClient({ maxQueries: 9, mutations: false })
    await run(client, 200)
    await drained()
    expect(client.getMutationCache().getAll()).toHaveLength(200)
    expect(bounds.stats().mutations).toBeUndefined()
  })

  test('go under pressure', async () => {
    const { bounds, client } = boundedClient({ maxQueries: 9, mutations: { maxSettled: 8 } })
    await run(client, 8)
    bounds.setLimitRatio(0.25)
    await bounds.release()
    expect(client.getMutationCache().getAll()).toHaveLength(2)
  })

  test('an optimistic write stays until no mutation is pending', async () => {
    const { client, bounds, clock, fill, keys } = boundedClient({ maxQueries: 2, minInactive: 0 })
    let settle = (_: unknown): void => {}
    const observer = new MutationObserver(client, {
      mutationFn: () => new Promise((resolve) => (settle = resolve)),
      onMutate: () => client.setQueryData(['item', 'optimistic'], 'soon'),
    })
    const done = observer.mutate()
    await drained()
    fill(1, 5)
    clock.advance(5_000)
    await drained()
    expect(keys()).toContain('optimistic')
    expect(bounds.explain(['item', 'optimistic']).verdict).toBe('optimistic')
    settle(undefined)
    await done
    clock.advance(1_000)
    await drained()
    fill(6, 8)
    clock.advance(1_000)
    await drained()
    expect(keys()).not.toContain('optimistic')
    expect(bounds.stats().queries).toBe(2)
  })
})
