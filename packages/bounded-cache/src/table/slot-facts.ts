import { none } from '../policies/slot-lists.ts'
import { SlotCosts } from './slot-costs.ts'
import { type ExpiryRules, SlotExpiry } from './slot-expiry.ts'
import { SlotSizes } from './slot-sizes.ts'
import { SlotTags } from './slot-tags.ts'

/** What is known of the entry in each slot beside its key, its value and its uses. */
export class SlotFacts {
  readonly sizes: SlotSizes = new SlotSizes()
  readonly costs: SlotCosts = new SlotCosts()
  readonly #now: () => number
  readonly #rules: ExpiryRules
  /** Made when the first entry comes that expires, or that has tags. */
  #expiry: SlotExpiry | undefined
  #tags: SlotTags | undefined
  #capacity = 0

  /** `now` tells whole milliseconds of some clock. */
  constructor(now: () => number, rules: ExpiryRules) {
    this.#now = now
    this.#rules = rules
  }

  get expiry(): SlotExpiry | undefined {
    return this.#expiry
  }

  get tags(): SlotTags | undefined {
    return this.#tags
  }

  /** Whether the entry in a slot must not be served any more. */
  isExpired(slot: number): boolean {
    return this.#expiry?.isExpired(slot) === true
  }

  /** For how many milliseconds an entry is served yet; less than 0 when it has expired, `Infinity` for ever. */
  left(slot: number): number {
    return this.#expiry?.left(slot) ?? Number.POSITIVE_INFINITY
  }

  /** Looks at a few entries for one that has expired: its slot, or `none`. */
  findExpired(): number {
    return this.#expiry?.find() ?? none
  }

  /** Sets how long an entry is served from now on, in whole milliseconds; 0 for ever. */
  setTtl(slot: number, ttl: number): void {
    if (this.#expiry === undefined) {
      if (ttl === 0 && this.#rules.idle === 0) return
      this.#expiry = new SlotExpiry(this.#now, this.#capacity, this.#rules)
    }
    this.#expiry.set(slot, ttl)
  }

  setTags(slot: number, tags: readonly string[] | undefined): void {
    if (this.#tags === undefined) {
      if (tags === undefined) return
      this.#tags = new SlotTags(this.#capacity)
    }
    if (tags === undefined) this.#tags.forget(slot)
    else this.#tags.set(slot, tags)
  }

  forget(slot: number): void {
    this.sizes.set(slot, 0)
    this.#expiry?.forget(slot)
    this.#tags?.forget(slot)
  }

  /** An entry lies in another slot now, of which nothing is known. */
  rename(from: number, to: number): void {
    this.sizes.rename(from, to)
    this.costs.set(to, this.costs.of(from))
    this.#expiry?.rename(from, to)
    this.#tags?.rename(from, to)
  }

  resize(capacity: number): void {
    this.#capacity = capacity
    this.sizes.resize(capacity)
    this.costs.resize(capacity)
    this.#expiry?.resize(capacity)
    this.#tags?.resize(capacity)
  }

  clear(): void {
    this.sizes.clear()
    this.costs.clear()
    this.#expiry = undefined
    this.#tags = undefined
  }
}
