import { scriptedPressure } from '@cultus/core/testing'
import { QueryClient } from '@tanstack/query-core'
import { afterEach, expect, test } from 'vitest'
import { boundQueries } from '../src/index.ts'
import { drained, runTanStackOn } from './tanstack-time.ts'

const mebibyte = 2 ** 20
const results = 20_000
const rows = 40

afterEach(() => runTanStackOn(undefined))

async function liveHeap(): Promise<number> {
  for (let round = 0; round < 3; round++) {
    await drained()
    globalThis.gc?.()
  }
  return process.memoryUsage().heapUsed
}

/** Collects until `reference` is empty, a bounded number of times: V8 may see it on the stack once more. */
async function isCollected(reference: WeakRef<object>): Promise<boolean> {
  for (let round = 0; round < 20 && reference.deref() !== undefined; round++) {
    await drained()
    globalThis.gc?.()
  }
  return reference.deref() === undefined
}

function page(result: number): unknown {
  return Array.from({ length: rows }, (_, row) => ({
    id: result * rows + row,
    title: `row ${row} of ${result}`,
    open: row % 2 === 0,
  }))
}

test('20,000 results of 40 rows leave what 500 of them take', async () => {
  const { bus, registry, clock } = scriptedPressure()
  const client = new QueryClient()
  const bounds = boundQueries(client, { maxQueries: 500, bus, registry, clock })
  const before = await liveHeap()
  for (let result = 0; result < results; result++) {
    await client.fetchQuery({ queryKey: ['search', result], queryFn: () => page(result) })
    if (result % 100 === 0) {
      clock.advance(100)
      await drained()
    }
  }
  clock.advance(1_000)
  const growth = (await liveHeap()) - before
  expect(client.getQueryCache().getAll()).toHaveLength(500)
  expect(bounds.stats().evictions).toBe(results - 500)
  expect(growth).toBeLessThan(8 * mebibyte)
  // The estimate is of the order of what the heap shows.
  expect(bounds.stats().bytes).toBeGreaterThan(growth / 3)
  expect(bounds.stats().bytes).toBeLessThan(growth * 3)
}, 60_000)

test('an evicted query is held by nothing', async () => {
  const { bus, registry, clock } = scriptedPressure()
  const client = new QueryClient()
  boundQueries(client, { maxQueries: 1, bus, registry, clock })
  const data = ((): WeakRef<object> => {
    const value = { rows: page(1) }
    client.setQueryData(['search', 1], value)
    return new WeakRef(value)
  })()
  client.setQueryData(['search', 2], {})
  clock.advance(1_000)
  expect(await isCollected(data)).toBe(true)
})

test('a detached bound is held by nothing of the client', async () => {
  const { bus, registry, clock } = scriptedPressure()
  const client = new QueryClient()
  const bounds = ((): WeakRef<object> => {
    const attached = boundQueries(client, { maxQueries: 5, bus, registry, clock })
    client.setQueryData(['search', 1], {})
    attached.detach()
    return new WeakRef(attached)
  })()
  expect(await isCollected(bounds)).toBe(true)
  expect(client.getQueryData(['search', 1])).toEqual({})
})
