import { resized } from './cells.ts'
import { FrequencySketch } from './frequency-sketch.ts'
import type { Policy, Slots } from './policy.ts'
import { none } from './slot-lists.ts'
import { frequencyOf, visitsOf, withFrequency, withVisits } from './use-counts.ts'

/** Entries rated anew for one to give up, so that no eviction takes long where all were used. */
const mostRated = 1_024
/** What is remembered of keys that left is halved after so many requests for each entry, and as many at the least. */
const halvedEvery = 6
const leastHalvedEvery = 64
/** What is remembered has room for so many times the entries there are; with more it is dropped. */
const mostRoom = 8
/** Room that is not worth giving back. */
const leastRoom = 1_024

/**
 * Greedy-Dual-Size-Frequency (Cherkasova, HP Labs 98-69): gives up what saves the least for the bytes it takes, which
 * is how often it was used times what a miss costs, over its bytes; what was not used for long loses worth. How often is
 * remembered beyond the time an entry is held, or what is in demand would have to prove it anew each time it comes back.
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
  readonly #sketch = new FrequencySketch()
  #halvedAt = 0
  /** The most entries there were since the sketch was last emptied. */
  #roomFor = 0

  constructor(slots: Slots) {
    this.#slots = slots
  }

  insert(slot: number): void {
    this.#recall(slot)
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

  resized(capacity: number): void {
    this.#heap = resized(this.#heap, new Int32Array(capacity))
    this.#places = resized(this.#places, new Int32Array(capacity))
    this.#worths = resized(this.#worths, new Float64Array(capacity))
    this.#forgetMuch()
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
    const frequency = frequencyOf(this.#slots.uses[slot] ?? 0)
    this.#sketch.raise(this.#slots.hash(slot), Math.min(15, frequency + 1))
    this.remove(slot)
    return slot
  }

  *order(): IterableIterator<number> {
    for (const slot of this.#heap.slice(0, this.#size)) if (this.#holds(slot)) yield slot
  }

  clear(): void {
    this.#size = 0
    this.#floor = 0
    this.#sketch.clear()
    this.#roomFor = 0
  }

  #holds(slot: number): boolean {
    const place = this.#places[slot] ?? this.#size
    return place < this.#size && this.#heap[place] === slot
  }

  /** Whether an entry was used since it was rated. */
  #isUsed(slot: number): boolean {
    return visitsOf(this.#slots.uses[slot] ?? 0) > 0
  }

  /** Takes in how often a new entry was used when it was held before. */
  #recall(slot: number): void {
    const { requests, size, uses } = this.#slots
    this.#forgetMuch()
    if (size > this.#roomFor) {
      this.#roomFor = size
      this.#sketch.fit(size)
    }
    if (requests - this.#halvedAt >= Math.max(leastHalvedEvery, halvedEvery * size)) {
      this.#halvedAt = requests
      this.#sketch.halve()
    }
    uses[slot] = withFrequency(uses[slot] ?? 0, this.#sketch.estimate(this.#slots.hash(slot)))
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

  /** Forgets what was remembered of many more entries than there are. */
  #forgetMuch(): void {
    if (this.#roomFor <= Math.max(leastRoom, mostRoom * this.#slots.size)) return
    this.#sketch.clear()
    this.#roomFor = 0
  }
}
