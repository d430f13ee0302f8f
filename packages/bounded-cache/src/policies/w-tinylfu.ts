import type { Policy, Slots } from './policy.ts'
import { FrequencyRule } from './rules.ts'
import { Segmented } from './segmented.ts'

const firstWindow = 0.01
const leastWindow = 0.005
const mostWindow = 0.8

/** The window is tried out for so many requests an entry, in steps of so much, which shrink: Einziger et al., 2018. */
const sampledRequests = 10
const firstStep = 0.0625
const decay = 0.98
/** A hit ratio that changes by so much between two samples is another workload: the search begins anew. */
const restart = 0.05

/** W-TinyLFU whose window climbs towards more hits. */
export class WTinyLfu implements Policy {
  readonly eager = false
  readonly #slots: Slots
  readonly #rule = new FrequencyRule(firstWindow)
  readonly #policy: Segmented
  #step = firstStep
  #requestsBefore = 0
  #inserts = 0
  #hitRatio: number | undefined

  constructor(slots: Slots) {
    this.#slots = slots
    this.#policy = new Segmented(slots, this.#rule)
  }

  insert(slot: number): void {
    this.#inserts++
    const requests = this.#slots.requests - this.#requestsBefore
    if (requests >= sampledRequests * this.#slots.size) this.#climb(requests)
    this.#policy.insert(slot)
  }

  used(): void {}

  changed(slot: number, by: number): void {
    this.#policy.changed(slot, by)
  }

  remove(slot: number): void {
    this.#policy.remove(slot)
  }

  evict(): number {
    return this.#policy.evict()
  }

  order(): IterableIterator<number> {
    return this.#policy.order()
  }

  clear(): void {
    this.#policy.clear()
  }

  #climb(requests: number): void {
    const hitRatio = 1 - this.#inserts / requests
    const gain = hitRatio - (this.#hitRatio ?? hitRatio)
    if (this.#hitRatio !== undefined) {
      const sign = gain < 0 ? -Math.sign(this.#step) : Math.sign(this.#step)
      this.#step = sign * (Math.abs(gain) >= restart ? firstStep : Math.abs(this.#step) * decay)
      const window = this.#rule.window + this.#step
      this.#rule.window = Math.min(mostWindow, Math.max(leastWindow, window))
    }
    this.#hitRatio = hitRatio
    this.#requestsBefore = this.#slots.requests
    this.#inserts = 0
  }
}
