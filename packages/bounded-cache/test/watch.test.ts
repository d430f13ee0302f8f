import fc from 'fast-check'
import { expect, test } from 'vitest'
import { vacant, watched } from '../src/policies/use-counts.ts'
import { Watch } from '../src/table/watch.ts'

test('tells of so many uses in a row, and then takes the marks away', () => {
  const watch = new Watch()
  const uses = Uint8Array.of(watched, watched | 5)
  for (let use = 0; use < 4_096; use++) expect(watch.tells(uses, use % 2)).toBe(true)
  expect([...uses]).toEqual([watched, watched | 5])
  expect(watch.tells(uses, 1)).toBe(false)
  expect([...uses]).toEqual([watched, 5])
  watch.wake(uses)
  expect([...uses]).toEqual([watched, watched | 5])
  expect(watch.tells(uses, 1)).toBe(true)
})

const slots = 8
const step = fc.record({
  type: fc.constantFrom('use', 'use', 'use', 'leave', 'enter marked', 'enter'),
  slot: fc.nat(slots - 1),
})

test('puts back the marks that were taken away, on entries that are still there and on no others', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100, size: 'max' }), (steps) => {
      const watch = new Watch()
      const uses = new Uint8Array(slots).fill(vacant)
      const marked = new Set<number>()
      for (const { type, slot } of steps) {
        const held = uses[slot] ?? vacant
        if (type === 'use') {
          // As many as are told of in a row, and one more.
          for (let use = 0; use < 4_097; use++)
            if (held !== vacant && (uses[slot] ?? 0) >= watched) watch.tells(uses, slot)
        } else if (type === 'leave') {
          uses[slot] = vacant
          marked.delete(slot)
        } else if (held === vacant) {
          watch.wake(uses)
          uses[slot] = type === 'enter' ? 1 : 1 | watched
          if (type !== 'enter') marked.add(slot)
          for (const one of uses.keys()) {
            const isMarked = uses[one] !== vacant && (uses[one] ?? 0) >= watched
            expect(isMarked).toBe(marked.has(one))
          }
        }
        for (const one of uses.keys())
          if (uses[one] !== vacant) expect((uses[one] ?? 0) & 63).toBe(1)
      }
    }),
    { numRuns: 200 },
  )
}, 30_000)
