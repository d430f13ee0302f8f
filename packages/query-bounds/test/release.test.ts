import { describe, expect, test } from 'vitest'
import { boundedClient } from './bounded-client.ts'
import { drained } from './tanstack-time.ts'

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

  test('asks `protect` about many queries in more than one turn, and stops asking once detached', async () => {
    const askedInTurn = [0]
    let asking = false
    const { bounds, fill } = boundedClient({
      maxQueries: 5_000,
      followPressure: false,
      protect: () => {
        if (asking) askedInTurn[askedInTurn.length - 1] = (askedInTurn.at(-1) ?? 0) + 1
        return false
      },
    })
    fill(1, 4_000)
    asking = true
    const turn = (): void => {
      askedInTurn.push(0)
      if (askedInTurn.length === 3) bounds.detach()
      if (asking) setImmediate(turn)
    }
    setImmediate(turn)
    await bounds.release()
    await drained()
    asking = false
    expect(Math.max(...askedInTurn)).toBeLessThanOrEqual(1_024)
    expect(askedInTurn.filter((asked) => asked > 0).length).toBeGreaterThan(1)
    expect(bounds.stats()).toMatchObject({ queries: 0, observed: 0 })
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
