import type { Policy, Slots } from './policy.ts'
import { none } from './slot-lists.ts'

const queue = 0

/** Evicts the entry that has gone unused the longest. */
export class Lru implements Policy {
  readonly eager = true
  readonly #slots: Slots

  constructor(slots: Slots) {
    this.#slots = slots
  }

  insert(slot: number): void {
    this.#slots.lists.link(queue, slot)
  }

  used(slot: number): void {
    this.#slots.lists.refresh(queue, slot)
  }

  changed(): void {}

  remove(slot: number): void {
    this.#slots.lists.unlink(slot)
  }

  evict(): number {
    const { lists } = this.#slots
    const slot = lists.last(queue)
    if (slot !== none) lists.unlink(slot)
    return slot
  }

  order(): IterableIterator<number> {
    return this.#slots.lists.slots(queue)
  }

  clear(): void {
    this.#slots.lists.clear()
  }
}
