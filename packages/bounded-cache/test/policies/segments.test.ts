import { expect, test } from 'vitest'
import type { Slots } from '../../src/policies/policy.ts'
import { fresh, proven, Segments } from '../../src/policies/segments.ts'
import { firstSlot, SlotLists } from '../../src/policies/slot-lists.ts'
import { afterUse } from '../../src/policies/use-counts.ts'

/** Slots whose entries are keys. */
class KeySlots implements Slots {
  readonly lists: SlotLists = new SlotLists()
  readonly uses: Uint8Array
  readonly keys: number[] = []
  requests = 0
  size = 0

  constructor(capacity: number) {
    this.uses = new Uint8Array(capacity)
    this.lists.resize(capacity)
  }

  hash(slot: number): number {
    return Math.imul((this.keys[slot] ?? 0) + 1, 0x9e3779b1) >>> 0
  }

  weight(): number {
    return 1
  }

  cost(): number {
    return 1
  }

  /** Puts a key into a slot and a list, and returns whether it was given up a short while ago. */
  insert(segments: Segments, slot: number, key: number, list: number): boolean {
    this.keys[slot] = key
    this.uses[slot] = 0
    this.requests++
    this.size++
    const returned = segments.recall(slot)
    segments.add(list, slot)
    return returned
  }

  giveUp(segments: Segments, slot: number): void {
    segments.giveUp(slot)
    this.size--
  }

  use(slot: number): void {
    this.uses[slot] = afterUse[this.uses[slot] ?? 0] ?? 0
    this.requests++
  }
}

test('knows a key again that was given up, and how often it was used', () => {
  const slots = new KeySlots(20)
  const segments = new Segments(slots, { counts: true, ghosts: true })
  slots.insert(segments, firstSlot, 1, fresh)
  slots.insert(segments, firstSlot + 1, 2, proven)
  for (let use = 0; use < 5; use++) slots.use(firstSlot)
  slots.giveUp(segments, firstSlot)
  slots.giveUp(segments, firstSlot + 1)
  expect(slots.insert(segments, firstSlot, 1, fresh)).toBe(true)
  expect(segments.frequency(firstSlot)).toBe(7)
  expect(segments.visits(firstSlot)).toBe(0)
  // Only what was given up before it proved itself is let in at once.
  expect(slots.insert(segments, firstSlot + 1, 2, proven)).toBe(false)
  expect(segments.frequency(firstSlot + 1)).toBe(2)
})

test('halves frequencies after ten requests for each entry', () => {
  const slots = new KeySlots(103)
  const segments = new Segments(slots, { counts: true, ghosts: true })
  for (let slot = firstSlot; slot < 102; slot++) slots.insert(segments, slot, slot, fresh)
  for (let use = 0; use < 8; use++) slots.use(firstSlot)
  expect(segments.frequency(firstSlot)).toBe(9)
  for (let use = 0; slots.requests < 1_000; use++) slots.use(firstSlot + 1 + (use % 90))
  slots.insert(segments, 102, 102, fresh)
  expect(segments.frequency(firstSlot)).toBe(4)
})

test('does not go through all slots every few requests where few of them have an entry', () => {
  const slots = new KeySlots(100_000)
  const segments = new Segments(slots, { counts: true, ghosts: true })
  slots.insert(segments, firstSlot, 1, fresh)
  for (let use = 0; use < 8; use++) slots.use(firstSlot)
  const turn = () => {
    slots.insert(segments, firstSlot + 1, 2, fresh)
    segments.remove(firstSlot + 1)
    slots.size--
  }
  while (slots.requests < 90_000) turn()
  expect(segments.frequency(firstSlot)).toBe(9)
  while (slots.requests < 110_000) turn()
  expect(segments.frequency(firstSlot)).toBe(4)
})

test('remembers what it is told to: ghosts for as long as they are gone by, counts for good', () => {
  const slots = new KeySlots(2_010)
  const segments = new Segments(slots, { counts: false, ghosts: true })
  for (let slot = firstSlot; slot < 2_003; slot++) slots.insert(segments, slot, slot, fresh)
  const ghosts = segments.byteLength
  slots.giveUp(segments, firstSlot)
  segments.remember({ counts: true, ghosts: false })
  expect(slots.insert(segments, firstSlot, firstSlot, fresh)).toBe(false)
  const counts = segments.byteLength
  segments.remember({ counts: false, ghosts: true })
  slots.giveUp(segments, firstSlot)
  expect(slots.insert(segments, firstSlot, firstSlot, fresh)).toBe(true)
  expect(segments.byteLength).toBe(ghosts + counts)
  expect(ghosts).toBeGreaterThan(2 * 0.9 * 2_000)
})
