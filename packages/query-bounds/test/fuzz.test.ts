import type { Query, QueryClient } from '@tanstack/query-core'
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import type { QueryCacheLike } from '../src/index.ts'
import { drained, runTanStackOn } from './tanstack-time.ts'
import { grace, type Op, World } from './world.ts'

const keys = 48
const steps = 500
const runs = 50

const key = fc.nat(keys - 1)
const at = fc.nat(1_000)

const op: fc.Arbitrary<Op> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('set' as const), key }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('read' as const), key }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('fetch' as const), key }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('cancel', 'remove'), key }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('invalidate' as const), key }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('observe' as const), key }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('resolve' as const), at }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reject' as const), at }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constantFrom('subscribe', 'leave'), at }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('move' as const), at, key }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('hydrate' as const),
      keys: fc.array(key, { maxLength: 8 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('level' as const),
      level: fc.constantFrom('normal', 'warning', 'critical', 'emergency'),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('advance' as const),
      time: fc.constantFrom(1, 100, 600, grace, 3 * grace),
    }),
  },
)

const options = fc.record({
  limits: fc.constantFrom(
    { maxQueries: 1 },
    { maxQueries: 6 },
    { maxQueries: 20 },
    { maxBytes: 8_000 },
    { maxQueries: 12, maxBytes: '16kB' },
  ),
  burst: fc.constantFrom(undefined, 2, 8),
  minInactive: fc.constantFrom(0, 4, 16),
  protects: fc.boolean(),
  gcTime: fc.constantFrom(Number.POSITIVE_INFINITY, 0, 2_500),
})

afterEach(() => runTanStackOn(undefined))

test('whatever happens, nothing in use goes, no observer is lost, the count is right, the bound holds', async () => {
  let evictions = 0
  let healed = 0
  const reasons = new Set<string>()
  await fc.assert(
    fc.asyncProperty(
      options,
      fc.array(op, { minLength: steps, maxLength: steps }),
      async ({ limits, burst, minInactive, protects, gcTime }, ops) => {
        const protect = (query: { queryKey: readonly unknown[] }): boolean =>
          protects && Number(query.queryKey[1]) % 11 === 0
        const world = new World({ ...limits, burst, minInactive, protect }, gcTime)
        for (const [index, next] of ops.entries()) {
          world.run(next)
          world.checkLedger()
          await drained()
          world.check()
          if (next.do === 'advance' && next.time >= grace) world.checkBound()
          if (index % 50 === 49) {
            world.run({ do: 'advance', time: grace })
            await drained()
            world.check()
            world.checkBound()
          }
        }
        evictions += world.bounds.stats().evictions
        healed += world.bounds.stats().healed
        for (const reason of world.reasons) reasons.add(reason)
        world.end()
      },
    ),
    // Smaller than a run of this length is no counterexample, so there is nothing to shrink.
    { numRuns: runs, endOnFailure: true },
  )
  // Each healed observer is one that would have shown dead data: the races do happen.
  expect(healed).toBeGreaterThan(0)
  expect(evictions).toBeGreaterThan(runs)
  expect([...reasons].sort()).toEqual(['bound', 'burst', 'pressure'])
}, 300_000)

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
