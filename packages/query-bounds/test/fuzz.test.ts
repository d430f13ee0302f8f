import type { Query, QueryClient } from '@tanstack/query-core'
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import type { QueryCacheLike } from '../src/index.ts'
import { fuzz, op, steps } from './fuzz-traffic.ts'
import { drained, runTanStackOn } from './tanstack-time.ts'
import { World } from './world.ts'

afterEach(() => runTanStackOn(undefined))

test(
  'whatever happens, nothing in use goes, no observer is lost, the count is right, the bound holds',
  fuzz,
  300_000,
)

test('without the healing the same traffic loses observers', async () => {
  let zombies = 0
  const traffic = fc.sample(fc.array(op, { minLength: steps, maxLength: steps }), {
    numRuns: 4,
    seed: 1,
  })
  for (const ops of traffic) {
    const world = new World({ maxQueries: 2, minInactive: 0 }, Number.POSITIVE_INFINITY, unhealing)
    for (const next of ops) {
      world.run(next)
      await drained()
      zombies += world.zombies().length
    }
    world.end()
  }
  expect(zombies).toBeGreaterThan(0)
})

/** A view of a cache that takes nothing back. */
function unhealing(client: QueryClient): QueryCacheLike {
  const cache = client.getQueryCache()
  return {
    get: (queryHash) => cache.get(queryHash),
    getAll: () => cache.getAll(),
    add: () => {},
    remove: (query) => cache.remove(query as unknown as Query),
    subscribe: (listener) => cache.subscribe(listener),
  }
}
