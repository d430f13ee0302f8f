import fc from 'fast-check'
import { expect, test } from 'vitest'
import { History } from '../src/history.ts'

test('keeps the last values, oldest first, and never more than its capacity', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.array(fc.nat()), (capacity, values) => {
      const history = new History<number>(capacity)
      const told: number[] = []
      for (const value of values) {
        history.push(value)
        told.push(value)
        expect(history.toArray()).toEqual(told.slice(-capacity))
        expect(history.size).toBe(Math.min(capacity, told.length))
      }
    }),
  )
})

test('hands out a copy', () => {
  const history = new History<number>(2)
  history.push(1)
  const before = history.toArray()
  history.push(2)
  expect(before).toEqual([1])
})
