import { describe, expect, test } from 'vitest'
import { policies } from '../src/policies/named.ts'
import { none } from '../src/policies/slot-lists.ts'
import { SlotTable } from '../src/table/slot-table.ts'

const many = 300_000
const kept = 20_000
const timeout = 60_000

function filled(policy: keyof typeof policies = 'lru'): SlotTable<number, number> {
  const table = new SlotTable<number, number>({
    policy: policies[policy],
    byBytes: false,
    mostEntries: Number.POSITIVE_INFINITY,
    seed: 1,
    now: () => 0,
    counters: { hits: 0 },
  })
  for (let key = 0; key < many; key++) table.add(key, -key, 1, 0, 1)
  return table
}

function shrink(table: SlotTable<number, number>, to: number): void {
  while (table.size > to) table.vacate(table.victim())
}

/** That the table finds just the keys from `first` to `last`, each with its value. */
function check(table: SlotTable<number, number>, first: number, last: number): void {
  for (let key = 0; key < many + 100; key++) {
    const slot = table.find(key)
    const isHeld = key >= first && key < last
    if ((slot !== none) !== isHeld) expect({ key, isHeld: slot !== none }).toEqual({ key, isHeld })
    if (isHeld && table.valueOf(slot) !== -key) expect(table.valueOf(slot)).toBe(-key)
  }
  expect(table.size).toBe(last - first)
}

describe('the index of a large table most of which is gone', () => {
  test(
    'finds what is left, and nothing else, while and after it moves',
    () => {
      const table = filled()
      shrink(table, kept)
      check(table, many - kept, many)
      let slices = 0
      while (table.compact() === 'more') {
        slices += 1
        if (slices % 20 === 1) check(table, many - kept, many)
      }
      expect(slices).toBeGreaterThan(1)
      expect(table.uses.length).toBeLessThan(1.2 * kept)
      check(table, many - kept, many)
    },
    timeout,
  )

  test(
    'takes in, replaces and deletes keys that have moved and keys that have not',
    () => {
      const table = filled()
      shrink(table, kept)
      table.compact()
      // One of them had an entry that is gone, and its slot is another's now.
      for (const key of [0, 1, many + 1]) table.add(key, -key, 1, 0, 1)
      for (const key of [many - 1, many - kept, many - kept / 2]) {
        const slot = table.find(key)
        table.replace(slot, -key, 2, 0, 1)
        table.remove(table.find(key))
        expect(table.find(key)).toBe(none)
        table.add(key, -key, 1, 0, 1)
      }
      for (const key of [0, 1, many + 1]) {
        expect(table.valueOf(table.find(key))).toBe(-key)
        table.remove(table.find(key))
      }
      while (table.compact() === 'more') {}
      check(table, many - kept, many)
      expect(table.bytes).toBe(kept)
    },
    timeout,
  )

  test(
    'goes on moving as entries come in, when nobody else sees to it',
    () => {
      const table = filled('sieve')
      shrink(table, kept)
      for (let key = many; key < many + kept; key++) {
        table.vacate(table.victim())
        table.add(key, -key, 1, 0, 1)
      }
      expect(table.uses.length).toBeLessThan(3 * kept)
      for (let key = many; key < many + kept; key++)
        expect(table.valueOf(table.find(key))).toBe(-key)
    },
    timeout,
  )

  test(
    'is empty at once after a clear in the middle of a move',
    () => {
      const table = filled()
      shrink(table, kept)
      table.compact()
      table.clear()
      expect(table.find(many - 1)).toBe(none)
      expect(table.compact()).toBe('none')
      table.add(7, 8, 1, 0, 1)
      expect(table.valueOf(table.find(7))).toBe(8)
    },
    timeout,
  )
})
