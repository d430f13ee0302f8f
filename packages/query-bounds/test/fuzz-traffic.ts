import fc from 'fast-check'
import { expect } from 'vitest'
import type { QueryGroup } from '../src/index.ts'
import type { Op } from './fuzz-op.ts'
import { drained, hasTimeControl } from './tanstack-time.ts'
import { grace, World } from './world.ts'

const keys = 48
export const steps = 500
const runs = 100
const never = Number.POSITIVE_INFINITY

const key = fc.nat(keys - 1)
const at = fc.nat(1_000)

export const op: fc.Arbitrary<Op> = fc.oneof(
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
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('fetchPages', 'observePages'), key }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('mutate', 'optimism'), key }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('settleMutation' as const), at, fails: fc.boolean() }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('resize' as const),
      maxQueries: fc.integer({ min: 1, max: 30 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('release' as const),
      ratio: fc.constantFrom(1, 0.75, 0.5, 0.1, 0),
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
  followPressure: fc.boolean(),
  groups: fc.constantFrom<readonly QueryGroup[]>(
    [],
    [{ name: 'pages', match: ['pages'], maxQueries: 3, priority: -1 }],
    [
      { name: 'few', match: ({ queryKey }) => Number(queryKey[1]) % 3 === 0, maxBytes: 6_000 },
      { name: 'dear', match: ['item', 1], cost: 9, priority: 2 },
    ],
  ),
  gcTime: fc.constantFrom(...(hasTimeControl ? [never, 0, 2_500] : [never])),
})

/** Has everything happen to a client, in any order, and checks after each step what must hold. */
export async function fuzz(): Promise<void> {
  let evictions = 0
  let healed = 0
  const reasons = new Set<string>()
  await fc.assert(
    fc.asyncProperty(
      options,
      fc.array(op, { minLength: steps, maxLength: steps }),
      async ({ limits, protects, gcTime, ...others }, ops) => {
        const protect = (query: { queryKey: readonly unknown[] }): boolean =>
          protects && Number(query.queryKey[1]) % 11 === 0
        const world = new World({ ...limits, ...others, protect }, gcTime)
        for (const [index, next] of ops.entries()) {
          world.run(next)
          world.checkLedger()
          await drained()
          world.check()
          if (next.do === 'advance' && next.time >= grace) await quiet(world)
          if (index % 50 === 49) {
            world.run({ do: 'advance', time: grace })
            await quiet(world)
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
}

/** Each of what releases at once has a turn of the event loop of its own. */
async function quiet(world: World): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await drained()
  world.check()
  world.checkBound()
  await world.bounds.release()
  world.checkMutations()
}
