import { expect, test } from 'vitest'
import { KeySample } from '../../src/policies/key-sample.ts'
import type { Slots } from '../../src/policies/policy.ts'
import { firstSlot, SlotLists } from '../../src/policies/slot-lists.ts'
import { vacant, watched } from '../../src/policies/use-counts.ts'

/** Entries whose keys are their slots. */
class NumberedSlots implements Slots {
  readonly lists: SlotLists = new SlotLists()
  readonly uses: Uint8Array
  readonly requests = 0
  size: number

  constructor(size: number) {
    this.size = size
    this.uses = new Uint8Array(size + firstSlot)
    this.uses.fill(vacant, 0, firstSlot)
  }

  hash(slot: number): number {
    return Math.imul(slot, 0x85ebca6b) >>> 0
  }

  weight(): number {
    return 1
  }

  cost(): number {
    return 1
  }

  sampled(sample: KeySample): number[] {
    return [...this.uses.keys()].filter((slot) => slot >= firstSlot && sample.has(this.hash(slot)))
  }

  get watched(): number {
    return this.uses.filter((uses) => uses !== vacant && uses >= watched).length
  }
}

/** A sample that has seen the entries come in and one go. */
function sampleOf(slots: Slots): KeySample {
  const sample = new KeySample(slots)
  sample.fit(true)
  sample.fit(false)
  return sample
}

test('has every key of a small cache, and never fewer than hundreds of a larger one', () => {
  for (const size of [0, 1, 100, 256]) {
    const slots = new NumberedSlots(size)
    const sample = sampleOf(slots)
    expect(sample.share).toBe(1)
    expect(slots.sampled(sample)).toHaveLength(size)
  }
  for (const size of [513, 1_000, 10_000, 100_000, 1_000_000]) {
    const sample = sampleOf(new NumberedSlots(size))
    expect(size * sample.share).toBeGreaterThanOrEqual(256)
    expect(size * sample.share).toBeLessThanOrEqual(2 * 1_024)
  }
})

test('has the share of keys that it says', () => {
  const slots = new NumberedSlots(100_000)
  const sample = sampleOf(slots)
  const { length } = slots.sampled(sample)
  expect(length / (100_000 * sample.share)).toBeGreaterThan(0.9)
  expect(length / (100_000 * sample.share)).toBeLessThan(1.1)
})

test('keeps what it has of what it had before, and says that some have left', () => {
  const slots = new NumberedSlots(10_000)
  const sample = sampleOf(slots)
  const before = new Set(slots.sampled(sample))
  expect(sample.fit(false)).toBe(false)
  slots.size = 1_000_000
  expect(sample.fit(false)).toBe(true)
  const after = slots.sampled(sample)
  expect(after.length).toBeLessThan(before.size)
  for (const slot of after) expect(before).toContain(slot)
})

test('waits longer before it has fewer while entries only come in', () => {
  const slots = new NumberedSlots(700)
  const sample = new KeySample(slots)
  expect(sample.fit(true)).toBe(false)
  expect(sample.fit(false)).toBe(true)
})

test('comes to watch the entries that are in it again, a few at a time, once there are far fewer', () => {
  const slots = new NumberedSlots(100_000)
  const sample = sampleOf(slots)
  slots.size = 2_000
  slots.uses.fill(vacant, firstSlot + 2_000)
  sample.fit(false)
  const first = slots.watched
  expect(first).toBeLessThan(64)
  for (let turn = 0; turn < 100_000 / 32; turn++) sample.fit(false)
  const expected = slots.sampled(sample).filter((slot) => slot < firstSlot + 2_000)
  expect(expected.length).toBeGreaterThan(200)
  expect(slots.watched).toBe(expected.length)
})

test('watches an entry that got another slot, where that may have been looked at already', () => {
  const slots = new NumberedSlots(100_000)
  const sample = sampleOf(slots)
  slots.size = 500
  sample.fit(false)
  const last = slots.sampled(sample).at(-1) ?? firstSlot
  sample.renamed(last)
  expect(slots.uses[last]).toBe(watched)
})

test('marks a slot and takes the mark back, and leaves what else its byte says', () => {
  const slots = new NumberedSlots(1)
  const sample = new KeySample(slots)
  slots.uses[firstSlot] = 0b10_1101
  sample.watch(firstSlot)
  expect(slots.uses[firstSlot]).toBe(watched | 0b10_1101)
  sample.ignore(firstSlot)
  expect(slots.uses[firstSlot]).toBe(0b10_1101)
})
