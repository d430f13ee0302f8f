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
  type: fc.constantFrom('use', 'use', 'use', 'leave', 'enter', 'shrink'),
  slot: fc.nat(slots - 1),
})

test('puts back the mark of every entry that is still there, and marks no free slot', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100, size: 'max' }), (steps) => {
      const watch = new Watch()
      let uses = new Uint8Array(slots).fill(watched)
      for (let use = 0; use < 4_096; use++) watch.tells(uses, 0)
      const marked = new Set(uses.keys())
      for (const { type, slot } of steps) {
        if (type === 'use' && (uses[slot] ?? vacant) !== vacant) {
          if ((uses[slot] ?? 0) >= watched) watch.tells(uses, slot)
        } else if (type === 'leave' && slot < uses.length) {
          uses[slot] = vacant
          marked.delete(slot)
        } else if (type === 'enter') {
          watch.wake(uses)
          for (const one of uses.keys()) expect((uses[one] ?? 0) >= watched).toBe(true)
          if (uses[slot] === vacant) uses[slot] = 0
          if (slot < uses.length) uses[slot] = (uses[slot] ?? 0) | watched
        } else if (type === 'shrink') uses = uses.slice(0, Math.max(1, slot))
        for (const one of uses.keys()) {
          if (uses[one] !== vacant) expect(uses[one]).toBeLessThan(2 * watched)
          else expect(marked.has(one)).toBe(false)
        }
      }
    }),
  )
})
