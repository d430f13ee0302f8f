import { FrequencySketch } from './frequency-sketch.ts'
import { Ghosts } from './ghosts.ts'
import type { Slots } from './policy.ts'
import { none } from './slot-lists.ts'
import { afterHalving, frequencyOf, visitsOf, withFrequency, withVisits } from './use-counts.ts'

/** New entries; ones that got further and were not used since; and ones that were. */
export const fresh = 0
export const tried = 1
export const proven = 2

/** Frequencies are halved after so many requests for each entry: Einziger et al., TinyLFU, 2017. */
const halvedEvery = 10
/** So many keys that were given up are remembered for each entry: Yang et al., S3-FIFO, 2023. */
const ghostShare = 0.9
/** What is remembered has room for so many times the entries there are; with more it is dropped. */
const mostRoom = 8
/** Room that is not worth giving back. */
const leastRoom = 1_024

/** What is remembered of entries that left. */
export interface Remembered {
  /** About how often each was used. */
  readonly counts: boolean
  /** That they left a short while ago. */
  readonly ghosts: boolean
}

/**
 * Entries in three lists, and what is remembered of those that left: what all rules have in common that part new
 * entries from proven ones, so that one can follow another without a pause.
 */
export class Segments {
  readonly slots: Slots
  #sketch: FrequencySketch | undefined
  #ghosts: Ghosts | undefined
  #halvedAt = 0
  /** The most entries there were since room was last given back. */
  #roomFor = 0

  constructor(slots: Slots, remembered: Remembered) {
    this.slots = slots
    this.remember(remembered)
  }

  /** Remembers what a rule goes by from now on: ghosts no longer than it does, counts for good once they are kept. */
  remember({ counts, ghosts }: Remembered): void {
    if (counts) this.#sketch ??= new FrequencySketch()
    if (!ghosts) this.#ghosts = undefined
    else this.#ghosts ??= new Ghosts()
    this.#roomFor = 0
  }

  /** The weight of all entries. */
  get weight(): number {
    const { lists } = this.slots
    return lists.weight(fresh) + lists.weight(tried) + lists.weight(proven)
  }

  /** Bytes of what is remembered of entries that left. */
  get byteLength(): number {
    return (this.#sketch?.byteLength ?? 0) + (this.#ghosts?.byteLength ?? 0)
  }

  /** Takes in what is known of a new entry, and returns whether it was given up a short while ago. */
  recall(slot: number): boolean {
    this.#fit()
    const { slots } = this
    if (this.#sketch !== undefined) {
      this.#age(this.#sketch)
      const hash = slots.hash(slot)
      const frequency = Math.min(15, this.#sketch.estimate(hash) + 1)
      this.#sketch.raise(hash, frequency)
      slots.uses[slot] = withFrequency(slots.uses[slot] ?? 0, frequency)
    }
    return this.#ghosts?.take(slots.hash(slot)) === true
  }

  add(list: number, slot: number): void {
    this.slots.lists.add(list, slot, this.slots.weight(slot))
  }

  move(list: number, slot: number): void {
    this.slots.lists.move(list, slot, this.slots.weight(slot))
  }

  /** Lets go of an entry that may come back. */
  giveUp(slot: number): void {
    const { lists } = this.slots
    const isFresh = lists.listOf(slot) === fresh
    // What was not used since it came in was counted then.
    if (!isFresh || this.visits(slot) > 0) this.countUses(slot)
    if (isFresh) this.#ghosts?.add(this.slots.hash(slot), this.slots.size * ghostShare)
    this.remove(slot)
  }

  /** Takes note of how often an entry was used. */
  countUses(slot: number): void {
    this.#sketch?.raise(this.slots.hash(slot), this.frequency(slot))
  }

  remove(slot: number): void {
    this.slots.lists.remove(slot, this.slots.weight(slot))
    this.#fit()
  }

  visits(slot: number): number {
    return visitsOf(this.slots.uses[slot] ?? 0)
  }

  setVisits(slot: number, visits: number): void {
    const { uses } = this.slots
    uses[slot] = withVisits(uses[slot] ?? 0, visits)
  }

  frequency(slot: number): number {
    return frequencyOf(this.slots.uses[slot] ?? 0)
  }

  /** Counts an entry as used once more than it was. */
  credit(slot: number): void {
    const { uses } = this.slots
    uses[slot] = withFrequency(uses[slot] ?? 0, Math.min(15, this.frequency(slot) + 1))
  }

  /** The slots, those to be evicted first before others. */
  *order(): IterableIterator<number> {
    for (const list of [fresh, tried, proven]) yield* this.slots.lists.slots(list)
  }

  clear(): void {
    this.slots.lists.clear()
    this.#forget()
  }

  /** The last slot of the entries that are not new, or `none`. */
  lastTried(): number {
    const { lists } = this.slots
    const slot = lists.last(tried)
    return slot === none ? lists.last(proven) : slot
  }

  #fit(): void {
    const { size } = this.slots
    // Folding it would leave the keys of many more entries in it than it has counters for.
    if (this.#roomFor > Math.max(leastRoom, mostRoom * size)) this.#forget()
    if (size <= this.#roomFor) return
    this.#roomFor = size
    this.#sketch?.fit(size)
    this.#ghosts?.fit(size)
  }

  #forget(): void {
    this.#sketch?.clear()
    this.#ghosts?.clear()
    this.#roomFor = 0
  }

  #age(sketch: FrequencySketch): void {
    const { requests, size, uses } = this.slots
    // A few entries may lie in many slots until these are given back.
    if (requests - this.#halvedAt < Math.max(halvedEvery * size, uses.length)) return
    this.#halvedAt = requests
    sketch.halve()
    for (let slot = 0; slot < uses.length; slot++) uses[slot] = afterHalving[uses[slot] ?? 0] ?? 0
  }
}
