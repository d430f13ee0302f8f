import fc from 'fast-check'
import { expect, test } from 'vitest'
import { UseOrder } from '../../src/observed/use-order.ts'

const step = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record({ type: fc.constant('use'), number: fc.nat(7), weight: fc.nat(2 ** 40) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constantFrom('remove', 'reweigh'),
      number: fc.nat(15),
      weight: fc.nat(2 ** 40),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('grow'), number: fc.nat(7), weight: fc.nat(9) }),
  },
)

function sum(weights: readonly number[]): number {
  return weights.reduce((subtotal, weight) => subtotal + weight, 0)
}

function numbersUpTo(count: number): number[] {
  return Array.from({ length: count }, (_, number) => number)
}

test('knows what was used since, however often moments are numbered anew', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 150, size: 'max' }), (steps) => {
      let capacity = 8
      const order = new UseOrder(capacity)
      /** The one used last at the end. */
      let model: { number: number; weight: number }[] = []
      for (const { type, number, weight } of steps) {
        if (type === 'use') {
          order.use(number, weight)
          model = [...model.filter((one) => one.number !== number), { number, weight }]
        } else if (type === 'remove') {
          order.remove(number)
          model = model.filter((one) => one.number !== number)
        } else if (type === 'reweigh') {
          order.reweigh(number, weight)
          model = model.map((one) => (one.number === number ? { number, weight } : one))
        } else if (capacity < 64) {
          capacity *= 2
          order.grow(capacity)
        }
        const weights = model.map(({ weight }) => weight)
        const told = {
          since: model.map(({ number }) => order.since(number)),
          weights: model.map(({ number }) => order.weight(number)),
          held: numbersUpTo(capacity).filter((number) => order.holds(number)),
          sum: order.sum,
          oldest: order.oldest(),
        }
        expect(told).toEqual({
          since: weights.map((_, at) => sum(weights.slice(at + 1))),
          weights,
          held: model.map(({ number }) => number).sort((one, other) => one - other),
          sum: sum(weights),
          oldest: model[0]?.number,
        })
      }
    }),
    { numRuns: 100 },
  )
}, 30_000)
