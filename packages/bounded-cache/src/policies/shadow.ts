import { resized } from './cells.ts'
import type { Slots } from './policy.ts'
import type { Rule } from './rules.ts'
import { Segmented } from './segmented.ts'
import { firstSlot, SlotLists } from './slot-lists.ts'
import { afterUse } from './use-counts.ts'

/** Keys without values that show what a rule would have made of a sample of the requests. */
export class Shadow implements Slots {
  readonly lists: SlotLists = new SlotLists()
  uses: Uint8Array = new Uint8Array(firstSlot)
  requests = 0
  readonly #policy: Segmented
  readonly #index = new Map<number, number>()
  #hashes: Uint32Array = new Uint32Array(firstSlot)
  #weights: Float64Array = new Float64Array(firstSlot)
  #free: number[] = []
  #next = firstSlot

  constructor(rule: Rule) {
    this.#policy = new Segmented(this, rule)
  }

  get size(): number {
    return this.#index.size
  }

  hash(slot: number): number {
    return this.#hashes[slot] ?? 0
  }

  weight(slot: number): number {
    return this.#weights[slot] ?? 0
  }

  cost(): number {
    return 1
  }

  /** Plays one request, and returns whether the key was held. */
  request(hash: number, weight: number): boolean {
    this.requests++
    const held = this.#index.get(hash)
    if (held === undefined) {
      this.#add(hash, weight)
      return false
    }
    this.uses[held] = afterUse[(this.uses[held] ?? 0) & 127] ?? 0
    this.#reweigh(held, weight)
    if (this.#policy.eager) this.#policy.used(held)
    return true
  }

  /** Gives up keys until the rest weighs no more than this, and there are no more of them. */
  fit(mostWeight: number, mostKeys: number): void {
    while ((this.#policy.weight > mostWeight || this.size > mostKeys) && this.size > 0) {
      const slot = this.#policy.evict()
      this.#index.delete(this.hash(slot))
      this.#free.push(slot)
    }
  }

  /** Keeps only what is still in the sample, and lets nothing of it weigh more than this. */
  keep(isSampled: (hash: number) => boolean, mostWeight: number): void {
    for (const [hash, slot] of this.#index) {
      if (isSampled(hash)) {
        this.#reweigh(slot, Math.min(mostWeight, this.weight(slot)))
        continue
      }
      this.#policy.remove(slot)
      this.#index.delete(hash)
      this.#free.push(slot)
    }
  }

  #add(hash: number, weight: number): void {
    const slot = this.#free.pop() ?? this.#next++
    if (slot >= this.uses.length) this.#grow(Math.max(64, Math.ceil(1.5 * slot)))
    this.uses[slot] = 0
    this.#hashes[slot] = hash
    this.#weights[slot] = weight
    this.#index.set(hash, slot)
    this.#policy.insert(slot)
  }

  #reweigh(slot: number, weight: number): void {
    const by = weight - this.weight(slot)
    if (by === 0) return
    this.#policy.changed(slot, by)
    this.#weights[slot] = weight
  }

  #grow(capacity: number): void {
    this.uses = resized(this.uses, new Uint8Array(capacity))
    this.#hashes = resized(this.#hashes, new Uint32Array(capacity))
    this.#weights = resized(this.#weights, new Float64Array(capacity))
    this.lists.resize(capacity)
  }
}
