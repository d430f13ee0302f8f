import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { policies } from '../../src/policies/named.ts'
import { ObservedTable } from './observed-table.ts'

const key = fc.oneof(fc.nat(12), fc.nat(200))
const bytes = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 100 }) },
  { weight: 1, arbitrary: fc.constantFrom(2 ** 32 - 2, 2 ** 32 - 1, 2 ** 32, 2 ** 33 + 7) },
)
const cost = fc.oneof(fc.constant(1), fc.double({ min: 0, max: 1_000, noNaN: true }))

const command = fc.oneof(
  { weight: 20, arbitrary: fc.record({ type: fc.constant('set' as const), key, bytes, cost }) },
  {
    weight: 12,
    arbitrary: fc.record({ type: fc.constantFrom('get' as const, 'take' as const), key }),
  },
  { weight: 30, arbitrary: fc.record({ type: fc.constant('get' as const), key: fc.nat(12) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constantFrom('evict' as const, 'evict' as const, 'compact' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('drop' as const), share: fc.constantFrom(0.1, 0.9) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('fill' as const), count: fc.nat(150) }),
  },
)

type Command = (typeof command extends fc.Arbitrary<infer T> ? T : never) | { type: 'clear' }

function apply(table: ObservedTable, command: Command): void {
  if (command.type === 'set') table.set(command.key, command.bytes, command.cost)
  else if (command.type === 'get') table.get(command.key)
  else if (command.type === 'take') table.take(command.key)
  else if (command.type === 'evict') table.evict()
  else if (command.type === 'compact') table.compact()
  else if (command.type === 'clear') table.clear()
  else if (command.type === 'fill') {
    for (let next = 0; next < command.count; next++) table.set(1_000 + next, 1, 1)
  } else if (command.type === 'drop') {
    // By key, so that holes lie all over the slots.
    for (const held of [...table.told.keys()]) {
      if ((held * 7) % 10 < 10 * command.share) table.take(held)
    }
  }
}

describe.each(Object.entries(policies))('%s', (_, factory) => {
  test.each([
    ['entries', false],
    ['bytes', true],
  ])(
    'holds what it was told and evicts what it holds, bounded by %s',
    (_, byBytes) => {
      const clear: Command = { type: 'clear' }
      const any = fc.oneof(
        { weight: 80, arbitrary: command },
        { weight: 1, arbitrary: fc.constant(clear) },
      )
      const most = byBytes
        ? fc.constantFrom(1, 60, 1_000, 2 ** 33)
        : fc.constantFrom(1, 2, 8, 100, 300)
      let commands = 0
      fc.assert(
        fc.property(
          most,
          fc.array(any, { minLength: 120, maxLength: 300, size: 'max' }),
          (most, all) => {
            const table = new ObservedTable(factory, byBytes, most)
            for (const next of all) {
              // What is larger than the bound is refused by whoever holds the table.
              const isTooLarge = next.type === 'set' && byBytes && next.bytes > most
              apply(table, isTooLarge ? { ...next, bytes: most } : next)
              table.check()
              commands++
            }
          },
        ),
        { numRuns: 95 },
      )
      expect(commands).toBeGreaterThan(10_000)
    },
    120_000,
  )
})
