import { describe, expect, test } from 'vitest'
import { policies } from '../../src/policies/named.ts'
import type { Policy, PolicyFactory, Slots } from '../../src/policies/policy.ts'
import { firstSlot, SlotLists } from '../../src/policies/slot-lists.ts'
import { afterUse } from '../../src/policies/use-counts.ts'

/** Lists that count what is done to them. */
class CountedLists extends SlotLists {
  steps = 0

  override move(list: number, slot: number, weight: number): void {
    this.steps++
    super.move(list, slot, weight)
  }

  override before(slot: number): number {
    this.steps++
    return super.before(slot)
  }
}

/** Entries that are their slots, beside a policy whose work is counted. */
class CountedSlots implements Slots {
  readonly lists: CountedLists = new CountedLists()
  readonly uses: Uint8Array
  readonly policy: Policy
  requests = 0
  size = 0
  asked = 0

  constructor(factory: PolicyFactory, capacity: number) {
    this.uses = new Uint8Array(capacity)
    this.lists.resize(capacity)
    this.policy = factory(this)
  }

  hash(slot: number): number {
    return Math.imul(slot, 0x9e3779b1) >>> 0
  }

  weight(): number {
    this.asked++
    return 1
  }

  cost(): number {
    return 1
  }

  insert(slot: number): void {
    this.uses[slot] = 0
    this.requests++
    this.size++
    this.policy.insert(slot)
  }

  use(slot: number): void {
    const uses = this.uses[slot] ?? 0
    this.uses[slot] = afterUse[uses] ?? 0
    this.requests++
    if (uses >= 64 || this.policy.eager) this.policy.used(slot)
  }

  /** Evicts one entry, puts it in again, and returns how much was done for that. */
  turn(): number {
    const before = this.lists.steps + this.asked
    const slot = this.policy.evict()
    this.size--
    this.insert(slot)
    return this.lists.steps + this.asked - before
  }
}

/** Twice what the most lenient of them allows itself, and a fraction of the entries there are. */
const mostSteps = 140_000
const entries = 400_000

describe.each(Object.entries(policies))('%s', (name, factory) => {
  test('does not look at all entries for one to evict, where all were used and more than once', () => {
    const slots = new CountedSlots(factory, entries + firstSlot)
    for (let slot = firstSlot; slot < slots.uses.length; slot++) slots.insert(slot)
    for (const share of [1, 2]) {
      for (let use = 0; use < 3; use++) {
        for (let slot = firstSlot; slot < slots.uses.length; slot += share) slots.use(slot)
      }
      for (let turn = 0; turn < 20; turn++) {
        const most = name === 'sieve' ? mostSteps : 10_000
        expect(slots.turn()).toBeLessThan(most)
      }
    }
  }, 30_000)

  test('does not either where nearly all are proven, and all of these were used again', () => {
    const slots = new CountedSlots(factory, 50_000 + firstSlot)
    for (let slot = firstSlot; slot < slots.uses.length; slot++) slots.insert(slot)
    let most = 0
    for (let turn = 0; turn < 200; turn++) {
      if (turn % 50 === 0) {
        for (let slot = firstSlot; slot < slots.uses.length; slot++) slots.use(slot)
      }
      most = Math.max(most, slots.turn())
    }
    expect(most).toBeLessThan(name === 'sieve' ? mostSteps : 10_000)
  }, 30_000)

  test('spends little on an entry on average, whatever was used before', () => {
    const count = 5_000
    const slots = new CountedSlots(factory, count + firstSlot)
    for (let slot = firstSlot; slot < slots.uses.length; slot++) slots.insert(slot)
    let steps = 0
    for (let round = 0; round < 4; round++) {
      for (let use = 0; use < 3 * count; use++) slots.use(firstSlot + (use % count))
      for (let turn = 0; turn < count; turn++) steps += slots.turn()
    }
    // A use is paid for once, in a few steps.
    expect(steps / (4 * 4 * count)).toBeLessThan(12)
  }, 30_000)
})
