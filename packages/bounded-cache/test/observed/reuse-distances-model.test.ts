import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ReuseDistances } from '../../src/observed/reuse-distances.ts'
import { mixed } from '../../src/policies/key-hash.ts'
import { lruHits } from '../policies/streams.ts'

const forever = Number.POSITIVE_INFINITY
const keys = 64
const bounds = [1, 2, 5, 30, 200, 1_000, 4_000, 2 ** 52]

/** What must hold after each step, by name, and does not. */
function brokenRules(distances: ReuseDistances, rateBefore: number): string[] {
  const { rate, size, covered, coldShare, sampledRequests } = distances
  const ratios = bounds.map((bound) => distances.hitRatioAt(bound))
  const rules = {
    'the rate never rises': rate > 0 && rate <= rateBefore,
    'the sample is bounded': size <= keys,
    'what is covered is what the sample weighs': size === 0 ? covered === 0 : covered >= 0,
    'shares are shares': coldShare >= 0 && coldShare <= 1,
    'requests are counted': sampledRequests >= 0 && Number.isFinite(sampledRequests),
    'ratios are ratios': ratios.every((ratio) => ratio >= 0 && ratio <= 1),
    'a larger bound serves no less': ratios.every((ratio, at) => ratio >= (ratios[at - 1] ?? 0)),
  }
  return Object.entries(rules).flatMap(([name, holds]) => (holds ? [] : [name]))
}

const step = fc.oneof(
  {
    weight: 30,
    arbitrary: fc.record({
      type: fc.constant('request' as const),
      key: fc.oneof(fc.nat(20), fc.nat(400)),
      weight: fc.integer({ min: 1, max: 50 }),
      others: fc.nat(3),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constantFrom('overwritten' as const, 'invalidated' as const),
      key: fc.nat(20),
      weight: fc.integer({ min: 1, max: 50 }),
      others: fc.constant(0),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constantFrom('reachTo' as const, 'clear' as const),
      key: fc.nat(20),
      weight: fc.integer({ min: 1, max: 5_000 }),
      others: fc.constant(0),
    }),
  },
)

test('stays in order whatever it is told', () => {
  const reach = fc.integer({ min: 1, max: 5_000 })
  const memory = fc.constantFrom(1, 3, 50, forever)
  let commands = 0
  fc.assert(
    fc.property(
      reach,
      memory,
      fc.array(step, { minLength: 100, maxLength: 400, size: 'max' }),
      (reach, memory, steps) => {
        const distances = new ReuseDistances({ reach, memory, keys })
        let at = 0
        let rate = 1
        for (const { type, key, weight, others } of steps) {
          const hash = mixed(key)
          commands++
          if (type === 'request') {
            at += 1 + others
            const isSampled = distances.sampled(hash)
            const uses = distances.request(hash, weight, at)
            expect(uses > 0).toBe(isSampled && distances.sampled(hash))
          } else if (type === 'overwritten') distances.overwritten(hash, weight)
          else if (type === 'invalidated') distances.invalidated(hash)
          else if (type === 'reachTo') distances.reachTo(weight)
          else distances.clear(at)
          if (type === 'clear') rate = 1
          expect(brokenRules(distances, rate)).toEqual([])
          rate = distances.rate
        }
      },
    ),
    { numRuns: 100 },
  )
  expect(commands).toBeGreaterThan(10_000)
}, 60_000)

test('knows each distance exactly while every key is sampled', () => {
  const requests = fc.array(fc.nat(11), { minLength: 1, maxLength: 120, size: 'max' })
  fc.assert(
    fc.property(requests, (requests) => {
      const distances = new ReuseDistances({ reach: 20, memory: forever })
      for (const [index, key] of requests.entries()) {
        distances.request(mixed(key), 1, index + 1)
        const bound = 1 + (index % 8)
        const hits = lruHits(requests.slice(0, index + 1), bound)
        expect(distances.hitRatioAt(bound)).toBeCloseTo(hits / (index + 1), 9)
      }
    }),
    { numRuns: 200 },
  )
}, 30_000)
