import type { Policy, Slots } from './policy.ts'
import { none } from './slot-lists.ts'
import { visitsOf, withVisits } from './use-counts.ts'

const queue = 0
/** Entries looked at for one to evict, so that no eviction takes long where a large cache was used throughout. */
const mostLooks = 65_536

/**
 * SIEVE: a queue in which a hand moves from old to new and takes out the first entry that was not used since it last
 * came by (Zhang et al., NSDI 2024).
 *
 * A use costs a byte. It is no good where what is wanted changes: whatever was used once stays for a whole round.
 */
export class Sieve implements Policy {
  readonly eager = false
  readonly #slots: Slots
  #hand = none

  constructor(slots: Slots) {
    this.#slots = slots
  }

  insert(slot: number): void {
    this.#slots.lists.link(queue, slot)
  }

  used(): void {}

  changed(): void {}

  remove(slot: number): void {
    const { lists } = this.#slots
    if (slot === this.#hand) this.#hand = lists.before(slot)
    lists.unlink(slot)
  }

  renamed(from: number, to: number): void {
    if (this.#hand === from) this.#hand = to
  }

  evict(): number {
    const { lists, uses } = this.#slots
    let slot = this.#hand === none ? lists.last(queue) : this.#hand
    for (let look = 0; look < mostLooks && visitsOf(uses[slot] ?? 0) > 0; look++) {
      uses[slot] = withVisits(uses[slot] ?? 0, 0)
      slot = lists.before(slot)
      if (slot === none) slot = lists.last(queue)
    }
    if (slot === none) return none
    this.#hand = lists.before(slot)
    lists.unlink(slot)
    return slot
  }

  order(): IterableIterator<number> {
    return this.#slots.lists.slots(queue)
  }

  clear(): void {
    this.#slots.lists.clear()
    this.#hand = none
  }
}
