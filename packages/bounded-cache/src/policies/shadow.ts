import { resized } from './cells.ts'
import type { Slots } from './policy.ts'
import type { Rule } from './rules.ts'
import { SampleIndex, unsampled } from './sample-index.ts'
import { Segmented } from './segmented.ts'
import { fresh, proven, tried } from './segments.ts'
import { firstSlot, SlotLists } from './slot-lists.ts'
import { afterUse } from './use-counts.ts'

const leastCapacity = 64
/** The most keys that its index has numbers for, but one, which comes in before another goes. */
const mostKeys = 32_767

/** Keys without values that show what a rule would have made of a sample of the requests. */
export class Shadow implements Slots {
  lists: SlotLists = new SlotLists()
  uses: Uint8Array = new Uint8Array(0)
  requests = 0
  readonly #policy: Segmented
  /** The keys by their hashes; the number of each is that of its slot, but for the slots that are none. */
  #index: SampleIndex = new SampleIndex(leastCapacity)
  /** Made when the first key comes that weighs other than 1. */
  #weights: Float64Array | undefined

  constructor(rule: Rule) {
    this.#policy = new Segmented(this, rule)
    this.#fitArrays()
  }

  get size(): number {
    return this.#index.size
  }

  hash(slot: number): number {
    return this.#index.tagOf(slot - firstSlot)
  }

  weight(slot: number): number {
    return this.#weights === undefined ? 1 : (this.#weights[slot] ?? 1)
  }

  cost(): number {
    return 1
  }

  /** Plays one request, and returns whether the key was held. */
  request(hash: number, weight: number): boolean {
    this.requests++
    const number = this.#index.find(hash)
    if (number === unsampled) {
      this.#add(hash, weight)
      return false
    }
    const slot = number + firstSlot
    this.uses[slot] = afterUse[(this.uses[slot] ?? 0) & 127] ?? 0
    this.#reweigh(slot, weight)
    if (this.#policy.eager) this.#policy.used(slot)
    return true
  }

  /** Gives up keys until the rest weighs no more than this, and there are no more of them. */
  fit(mostWeight: number, most: number): void {
    const held = Math.min(most, mostKeys)
    while ((this.#policy.weight > mostWeight || this.size > held) && this.size > 0)
      this.#index.remove(this.#policy.evict() - firstSlot)
  }

  /** Keeps only what is still in the sample, and lets nothing of it weigh more than this. */
  keep(isSampled: (hash: number) => boolean, mostWeight: number): void {
    for (const slot of [...this.#policy.order()]) {
      if (isSampled(this.hash(slot))) this.#reweigh(slot, Math.min(mostWeight, this.weight(slot)))
      else {
        this.#policy.remove(slot)
        this.#index.remove(slot - firstSlot)
      }
    }
    this.#compact()
  }

  #add(hash: number, weight: number): void {
    const index = this.#index
    if (index.size === index.capacity) {
      index.grow(2 * index.capacity)
      this.#fitArrays()
    }
    const slot = index.add(hash) + firstSlot
    this.uses[slot] = 0
    this.#setWeight(slot, weight)
    this.#policy.insert(slot)
  }

  #reweigh(slot: number, weight: number): void {
    const by = weight - this.weight(slot)
    if (by === 0) return
    this.#policy.changed(slot, by)
    this.#setWeight(slot, weight)
  }

  #setWeight(slot: number, weight: number): void {
    if (this.#weights === undefined) {
      if (weight === 1) return
      this.#weights = new Float64Array(this.uses.length).fill(1)
    }
    this.#weights[slot] = weight
  }

  #fitArrays(): void {
    const capacity = this.#index.capacity + firstSlot
    this.uses = resized(this.uses, new Uint8Array(capacity))
    if (this.#weights !== undefined)
      this.#weights = resized(this.#weights, new Float64Array(capacity))
    this.lists.resize(capacity)
  }

  /** Numbers the keys anew, so that the arrays need be no longer than these. */
  #compact(): void {
    const capacity = Math.max(leastCapacity, 2 ** Math.ceil(Math.log2(this.size + 1)))
    if (capacity >= this.#index.capacity) return
    const before = {
      index: this.#index,
      lists: this.lists,
      uses: this.uses,
      weights: this.#weights,
    }
    this.#index = new SampleIndex(capacity)
    this.lists = new SlotLists()
    this.uses = new Uint8Array(0)
    this.#weights = undefined
    this.#fitArrays()
    for (const list of [fresh, tried, proven]) {
      // Each comes before those that are in the list already.
      for (const old of before.lists.slots(list)) {
        const slot = this.#index.add(before.index.tagOf(old - firstSlot)) + firstSlot
        this.uses[slot] = before.uses[old] ?? 0
        this.#setWeight(slot, before.weights?.[old] ?? 1)
        this.lists.add(list, slot, this.weight(slot))
      }
    }
  }
}
