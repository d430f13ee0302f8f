import { QueryObserver } from '@tanstack/query-core'
import { describe, expect, test } from 'vitest'
import { boundedClient } from './bounded-client.ts'
import { drained } from './tanstack-time.ts'

describe('under pressure', () => {
  test('keeps three quarters, half and a tenth of the bound', async () => {
    const { bounds, clock, fill, set } = boundedClient({ maxQueries: 100 })
    fill(1, 100)
    clock.advance(1_000)
    const kept: unknown[] = []
    for (const level of ['warning', 'critical', 'emergency'] as const) {
      set(level)
      await drained()
      kept.push([bounds.stats().queries, bounds.stats().limitRatio])
    }
    expect(kept).toEqual([
      [75, 0.75],
      [50, 0.5],
      [10, 0.1],
    ])
  })

  test('keeps what its own ratios say', async () => {
    const { bounds, clock, fill, set } = boundedClient({
      maxBytes: 100_000,
      sizeOf: () => 0,
      ratios: { critical: 0.2 },
    })
    fill(1, 100)
    clock.advance(1_000)
    set('critical')
    await drained()
    expect(bounds.stats()).toMatchObject({ queries: 20, bytes: 20_000 })
  })

  test('gives back nothing that is in use or inside its grace', async () => {
    const { bounds, client, clock, fill, keys, set } = boundedClient({
      maxQueries: 10,
      minInactive: 0,
    })
    fill(1, 10)
    new QueryObserver(client, { queryKey: ['item', 1], enabled: false }).subscribe(() => {})
    clock.advance(999)
    client.getQueryData(['item', 2])
    clock.advance(1)
    set('emergency')
    await drained()
    expect(keys()).toEqual([1, 2])

    // Inside the bounds a use is not dated: it counts from when they were passed.
    clock.advance(1_000)
    await drained()
    expect(keys()).toEqual([1])
    expect(bounds.stats().evictions).toBe(9)
  })

  test('tells apart what pressure evicted and what the bound did', async () => {
    const { causes, clock, fill, set } = boundedClient({ maxQueries: 4 })
    fill(1, 6)
    clock.advance(1_000)
    await drained()
    expect(causes).toEqual(['bound', 'bound'])
    set('critical')
    await drained()
    expect(causes).toEqual(['bound', 'bound', 'pressure', 'pressure'])
  })

  test('takes its full bound again, gradually', () => {
    const { bounds, fill, play } = boundedClient({ maxQueries: 100 })
    fill(1, 100)
    play([['critical', 1_000]])
    expect(bounds.stats().limitRatio).toBe(0.5)
    play([['normal', 5_000]])
    expect(bounds.stats().limitRatio).toBeGreaterThan(0.5)
    expect(bounds.stats().limitRatio).toBeLessThan(1)
    play([['normal', 10_000]])
    expect(bounds.stats().limitRatio).toBe(1)
  })

  test('stays as it is where it does not follow', async () => {
    const { bounds, clock, fill, registry, set } = boundedClient({
      maxQueries: 10,
      followPressure: false,
    })
    fill(1, 10)
    clock.advance(1_000)
    set('emergency')
    await drained()
    expect(bounds.stats()).toMatchObject({ queries: 10, limitRatio: 1 })
    expect(registry.consumers).toHaveLength(1)
  })
})

describe('as a memory consumer', () => {
  test('is known to the registry by its name, with what it holds', () => {
    const { fill, registry } = boundedClient({ name: 'tables', maxQueries: 10, maxBytes: '1MiB' })
    fill(1, 3)
    expect(registry.usage()).toMatchObject([
      {
        label: 'tables',
        kind: 'query-cache',
        entries: 3,
        limitEntries: 10,
        limitBytes: 2 ** 20,
        evictions: 0,
      },
    ])
  })

  test('evicts nothing when its ratio is set, and down to it on a release', async () => {
    const { bounds, clock, fill } = boundedClient({ maxQueries: 100, followPressure: false })
    fill(1, 100)
    clock.advance(1_000)
    const before = bounds.stats().bytes
    bounds.setLimitRatio(0.3)
    await drained()
    expect(bounds.stats().queries).toBe(100)

    const report = await bounds.release()
    const { queries, bytes } = bounds.stats()
    expect(queries).toBe(30)
    expect(report).toEqual({ entries: 70, bytes: before - bytes, slices: 1, completed: true })
  })

  test.each([-0.1, 1.1, Number.NaN])('refuses the ratio %s', (ratio) => {
    const { bounds } = boundedClient({ maxQueries: 100 })
    expect(() => bounds.setLimitRatio(ratio)).toThrow('`ratio` must be a number from 0 to 1')
    expect(bounds.stats().limitRatio).toBe(1)
  })

  test('says when a release had to leave queries inside their grace', async () => {
    const { bounds, clock, fill } = boundedClient({ maxQueries: 10, followPressure: false })
    fill(1, 10)
    bounds.setLimitRatio(0.5)
    expect(await bounds.release()).toMatchObject({ entries: 0, completed: false })
    clock.advance(1_000)
    await drained()
    expect(bounds.stats().queries).toBe(5)
  })

  test('purges all that is in nobody’s use, bound or not', () => {
    const { bounds, client, clock, fill, keys } = boundedClient({
      maxQueries: 100,
      protect: ({ queryKey }) => queryKey[1] === 3,
    })
    fill(1, 9)
    new QueryObserver(client, { queryKey: ['item', 1], enabled: false }).subscribe(() => {})
    clock.advance(1_000)
    fill(2, 2)
    bounds.purge()
    expect(keys()).toEqual([1, 2, 3])
    expect(bounds.stats()).toMatchObject({ evictions: 6, evictable: 1 })
    clock.advance(1_000)
    bounds.purge()
    expect(keys()).toEqual([1, 3])
  })
})
