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

    clock.advance(999)
    await drained()
    expect(keys()).toEqual([1])
    expect(bounds.stats().evictions).toBe(9)
  })

  test('tells apart what pressure evicted and what the bound did', async () => {
    const reasons: string[] = []
    const { clock, fill, set } = boundedClient({
      maxQueries: 4,
      onEvict: ({ reason }) => reasons.push(reason),
    })
    fill(1, 6)
    clock.advance(1_000)
    await drained()
    expect(reasons).toEqual(['bound', 'bound'])
    set('critical')
    await drained()
    expect(reasons).toEqual(['bound', 'bound', 'pressure', 'pressure'])
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
  })
})

describe('a release', () => {
  test('never holds the event loop for longer than its slice, however slow a removal is', async () => {
    const { bounds, client, clock, fill } = boundedClient({
      maxQueries: 100,
      followPressure: false,
    })
    fill(1, 100)
    clock.advance(1_000)
    // A persister writes down the whole cache at each removal.
    client.getQueryCache().subscribe(({ type }) => {
      if (type === 'removed') clock.jump(1.5)
    })
    const turns = watchTurns(() => clock.now())
    bounds.setLimitRatio(0)
    const report = await bounds.release({ slice: 8 })
    expect(report).toMatchObject({ entries: 100, completed: true })
    expect(report.slices).toBeGreaterThan(20)
    expect(Math.max(...(await turns.stop()))).toBeLessThanOrEqual(8)
  })

  test('ends between two slices when it is called off', async () => {
    const { bounds, client, clock, fill } = boundedClient({
      maxQueries: 100,
      followPressure: false,
    })
    fill(1, 100)
    clock.advance(1_000)
    const signal = { aborted: false }
    client.getQueryCache().subscribe(({ type }) => {
      if (type !== 'removed') return
      clock.jump(1)
      signal.aborted = true
    })
    bounds.setLimitRatio(0)
    const report = await bounds.release({ slice: 4, signal })
    expect(report).toMatchObject({ entries: 2, slices: 1, completed: false })
  })

  test('frees something in each slice, however short', async () => {
    const { bounds, client, clock, fill } = boundedClient({ maxQueries: 10, followPressure: false })
    fill(1, 10)
    clock.advance(1_000)
    client.getQueryCache().subscribe(({ type }) => {
      if (type === 'removed') clock.jump(1)
    })
    bounds.setLimitRatio(0.5)
    expect(await bounds.release({ slice: 0.1 })).toMatchObject({ entries: 5, slices: 5 })
  })

  test('comes to an end by a clock that moves whenever it is read', async () => {
    const { bounds, clock, fill } = boundedClient({ maxQueries: 10, followPressure: false })
    fill(1, 10)
    clock.advance(1_000)
    const read = clock.now.bind(clock)
    clock.now = () => {
      clock.jump(1)
      return read()
    }
    bounds.setLimitRatio(0.5)
    expect(await bounds.release({ slice: 0.1 })).toMatchObject({ entries: 5, completed: true })
  })

  test('holds no turn of the event loop together with another', async () => {
    const pair = [1, 2].map(() => boundedClient({ maxQueries: 100, followPressure: false }))
    const turns = new Set<number>()
    let turn = 0
    let evictions = 0
    const count = (): void => {
      turn += 1
      if (evictions < 20) setImmediate(count)
    }
    setImmediate(count)
    const releases = pair.map(({ bounds, client, clock, fill }, index) => {
      fill(1, 10)
      clock.advance(1_000)
      client.getQueryCache().subscribe(({ type }) => {
        if (type !== 'removed') return
        evictions += 1
        turns.add(turn * 2 + index)
      })
      bounds.setLimitRatio(0)
      return bounds.release()
    })
    expect(evictions).toBe(0)
    await Promise.all(releases)
    expect(evictions).toBe(20)
    expect(new Set([...turns].map((of) => of >> 1)).size).toBe(turns.size)
  })

  test('refuses a slice that is no time', async () => {
    const { bounds } = boundedClient({ maxQueries: 10 })
    await expect(bounds.release({ slice: Number.NaN })).rejects.toThrow('`slice` must')
  })
})

/** Notes how far a clock goes between two turns of the event loop. */
function watchTurns(now: () => number): { stop(): Promise<number[]> } {
  const spans: number[] = []
  let last = now()
  let on = true
  const turn = (): void => {
    spans.push(now() - last)
    last = now()
    if (on) setImmediate(turn)
  }
  setImmediate(turn)
  return {
    async stop() {
      await drained()
      on = false
      return spans
    },
  }
}
