import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SampleIndex, unsampled } from '../../src/policies/sample-index.ts'

/** Many of them have the last bits in common, as the worst keys would. */
const tag = fc.oneof(
  fc.nat(20).map((high) => high * 2 ** 20 + 127),
  fc.nat(20).map((high) => high * 2 ** 20 + 126),
  fc.nat(40),
  fc.constantFrom(2 ** 32 - 1, 2 ** 31, 0),
)
const step = fc.record({ type: fc.constantFrom('add', 'add', 'remove'), tag })

test('gives each tag one number, and finds it for as long as it is held', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300, size: 'max' }), (steps) => {
      const index = new SampleIndex(16)
      const numbers = new Map<number, number>()
      for (const { type, tag } of steps) {
        const known = numbers.get(tag)
        if (type === 'add' && known === undefined) {
          if (index.size === index.capacity) index.grow(2 * index.capacity)
          numbers.set(tag, index.add(tag))
        } else if (type === 'remove' && known !== undefined) {
          index.remove(known)
          numbers.delete(tag)
          expect(index.find(tag)).toBe(unsampled)
        }
        expect(index.size).toBe(numbers.size)
        expect(new Set(numbers.values()).size).toBe(numbers.size)
        const lost = [...numbers].filter(
          ([held, number]) =>
            index.find(held) !== number || index.tagOf(number) !== held || number >= index.capacity,
        )
        expect(lost).toEqual([])
      }
      expect(index.find(2 ** 30 + 5)).toBe(unsampled)
    }),
    { numRuns: 100 },
  )
}, 30_000)
