import { resized } from './cells.ts'
import type { Policy, Slots } from './policy.ts'
import { none } from './slot-lists.ts'
import { frequencyOf, visitsOf, withVisits } from './use-counts.ts'

/** Entries rated anew for one to give up, so that no eviction takes long where all were used. */
const mostRated = 1_024

/**
 * Greedy-Dual-Size-Frequency (Cherkasova, HP Labs 98-69): gives up what saves the least for the bytes it takes, which
 * is how often it was used times what a miss costs, over its bytes; what was not used for long loses worth.
 *
 * A binary heap by worth. Worth only grows with use, so a use is entered when an entry comes to the top.
 */
export class Gdsf implements Policy {
  readonly eager = false
  readonly #slots: Slots
  /** The heap, and for each slot its place in it and its worth when it was last put there. */
  #heap: Int32Array = new Int32Array(0)
  #places: Int32Array = new Int32Array(0)
  #worths: Float64Array = new Float64Array(0)
  #size = 0
  /** What the last entry was worth that was given up. */
  #floor = 0

  constructor(slots: Slots) {
    this.#slots = slots
  }

  insert(slot: number): void {
    this.#fit()
    this.#place(slot, this.#size++)
    this.#rate(slot)
    this.#rise(slot)
  }

  used(): void {}

  changed(slot: number): void {
    this.#rate(slot)
    this.#rise(slot)
    this.#sink(slot)
  }

  remove(slot: number): void {
    const place = this.#places[slot] ?? 0
    const last = this.#heap[--this.#size] ?? none
    if (last === slot) return
    this.#place(last, place)
    this.#rise(last)
    this.#sink(last)
  }

  renamed(from: number, to: number): void {
    this.#worths[to] = this.#worths[from] ?? 0
    this.#place(to, this.#places[from] ?? 0)
  }

  evict(): number {
    if (this.#size === 0) return none
    let slot = this.#heap[0] ?? none
    for (let rated = 0; rated < mostRated && this.#isUsed(slot); rated++) {
      this.#rate(slot)
      this.#sink(slot)
      slot = this.#heap[0] ?? none
    }
    this.#floor = Math.max(this.#floor, this.#worths[slot] ?? 0)
    this.remove(slot)
    return slot
  }

  *order(): IterableIterator<number> {
    for (const slot of this.#heap.slice(0, this.#size)) if (this.#holds(slot)) yield slot
  }

  clear(): void {
    this.#size = 0
    this.#floor = 0
    this.#resize(0)
  }

  #holds(slot: number): boolean {
    const place = this.#places[slot] ?? this.#size
    return place < this.#size && this.#heap[place] === slot
  }

  /** Whether an entry was used since it was rated. */
  #isUsed(slot: number): boolean {
    return visitsOf(this.#slots.uses[slot] ?? 0) > 0
  }

  /** Reckons what an entry is worth now. */
  #rate(slot: number): void {
    const { uses } = this.#slots
    const count = uses[slot] ?? 0
    uses[slot] = withVisits(count, 0)
    const saved = (frequencyOf(count) + 1) * this.#slots.cost(slot)
    this.#worths[slot] = this.#floor + saved / this.#slots.weight(slot)
  }

  #rise(slot: number): void {
    const worth = this.#worths[slot] ?? 0
    let place = this.#places[slot] ?? 0
    while (place > 0) {
      const parent = (place - 1) >> 1
      const above = this.#heap[parent] ?? none
      if ((this.#worths[above] ?? 0) <= worth) break
      this.#place(above, place)
      place = parent
    }
    this.#place(slot, place)
  }

  #sink(slot: number): void {
    const worth = this.#worths[slot] ?? 0
    let place = this.#places[slot] ?? 0
    for (let child = 2 * place + 1; child < this.#size; child = 2 * place + 1) {
      const [left, right] = [this.#worth(child), this.#worth(child + 1)]
      const least = right < left ? child + 1 : child
      if (Math.min(left, right) >= worth) break
      this.#place(this.#heap[least] ?? none, place)
      place = least
    }
    this.#place(slot, place)
  }

  #worth(place: number): number {
    if (place >= this.#size) return Number.POSITIVE_INFINITY
    return this.#worths[this.#heap[place] ?? none] ?? 0
  }

  #place(slot: number, place: number): void {
    this.#heap[place] = slot
    this.#places[slot] = place
  }

  /** Has as much room as there are slots, which become more and less. */
  #fit(): void {
    const { length } = this.#slots.uses
    if (length !== this.#heap.length) this.#resize(length)
  }

  #resize(capacity: number): void {
    this.#heap = resized(this.#heap, new Int32Array(capacity))
    this.#places = resized(this.#places, new Int32Array(capacity))
    this.#worths = resized(this.#worths, new Float64Array(capacity))
  }
}
