import { Backstop } from './backstop.ts'
import { Contest } from './contest.ts'
import { KeySample } from './key-sample.ts'
import type { Policy, Slots } from './policy.ts'
import { FrequencyRule, quickQueues, type Rule, recency } from './rules.ts'
import { Segmented } from './segmented.ts'
import { Shadow } from './shadow.ts'
import { none } from './slot-lists.ts'
import { watched } from './use-counts.ts'

/** A shadow holds no more than so many times the keys it should: it does not hear of what was deleted or expired. */
const mostHeld = 4
/** A shadow has room for so many of the largest keys: one that is in the sample by chance must not push out all. */
const fewestHeld = 16

/** After so many requests of the sample the rules are compared. */
const compareEvery = 64
/** What counts reaches back over so many requests for each key that a shadow holds, and over as many at the least. */
const memory = 10
const leastMemory = 1_000

/** Shares of new entries: next to none for what is used again and again, and many for what is used for a while. */
const narrow = 0.02
const wide = 0.2
/** Where recency stands among the rules. */
const recencyAt = 2

/**
 * Follows the rule that would have served a sample of the requests best: recency, queues, or frequency with a narrow or
 * a wide window.
 *
 * Each rule plays the requests for a sample of the keys on a shadow without values (Waldspurger et al., SHARDS,
 * FAST 2015), and the one that is better beyond doubt takes over the entries as they lie.
 */
export class Adaptive implements Policy {
  readonly watches = true
  readonly #slots: Slots
  readonly #sample: KeySample
  readonly #rules: readonly Rule[] = makeRules()
  readonly #policy: Segmented
  #shadows: readonly Shadow[] = shadowed()
  #contest: Contest = new Contest(this.#rules.length, { refuge: recencyAt })
  #backstop: Backstop = new Backstop()
  #present = 0
  #seen = 0
  /** What was held when there was last room for one more; without end as long as nothing was evicted. */
  #held = Number.POSITIVE_INFINITY

  constructor(slots: Slots) {
    this.#slots = slots
    this.#sample = new KeySample(slots)
    this.#policy = new Segmented(slots, this.#rules[0] ?? recency)
  }

  get eager(): boolean {
    return this.#policy.eager
  }

  insert(slot: number): void {
    this.#resample(true)
    const hash = this.#slots.hash(slot)
    if (this.#sample.has(hash)) {
      this.#sample.watch(slot)
      this.#play(slot, hash, false)
    }
    this.#policy.insert(slot)
  }

  used(slot: number): void {
    if ((this.#slots.uses[slot] ?? 0) >= watched) {
      const hash = this.#slots.hash(slot)
      if (this.#sample.has(hash)) this.#play(slot, hash, true)
      else this.#sample.ignore(slot)
    }
    if (this.#policy.eager) this.#policy.used(slot)
  }

  changed(slot: number, by: number): void {
    this.#policy.changed(slot, by)
  }

  remove(slot: number): void {
    this.#policy.remove(slot)
  }

  evict(): number {
    if (this.#slots.size === 0) return none
    this.#resample(false)
    const slot = this.#policy.evict()
    // What is evicted makes room for what comes in next, so this is what the bound holds.
    this.#held = this.#policy.weight
    return slot
  }

  order(): IterableIterator<number> {
    return this.#policy.order()
  }

  renamed(_from: number, to: number): void {
    this.#sample.renamed(to)
  }

  /** Keeps the rule: which one is best depends on the requests, and these go on. */
  clear(): void {
    this.#policy.clear()
    this.#sample.clear()
    this.#shadows = shadowed()
    this.#contest = new Contest(this.#rules.length, { refuge: recencyAt })
    this.#backstop = new Backstop()
    this.#seen = 0
    this.#held = Number.POSITIVE_INFINITY
  }

  #resample(isFilling: boolean): void {
    if (!this.#sample.fit(isFilling)) return
    const most = this.#mostWeight()
    for (const shadow of this.#shadows) shadow.keep((hash) => this.#sample.has(hash), most)
  }

  /** The most that a key weighs in a shadow. */
  #mostWeight(): number {
    const { share } = this.#sample
    if (share === 1) return Number.POSITIVE_INFINITY
    return Math.max(1, (this.#policy.weight * share) / fewestHeld)
  }

  #play(slot: number, hash: number, isHit: boolean): void {
    const weight = Math.min(this.#slots.weight(slot), this.#mostWeight())
    // As much as the cache holds when it is full; it may have been given more room since.
    const mostWeight = Math.max(this.#held, this.#policy.weight) * this.#sample.share
    const mostKeys = mostHeld * this.#sample.entries
    let served = 0
    let bit = 1
    for (const shadow of this.#shadows) {
      shadow.fit(mostWeight, mostKeys)
      if (shadow.request(hash, weight)) served |= bit
      bit <<= 1
    }
    this.#contest.count(served)
    this.#backstop.count((served & (1 << recencyAt)) !== 0, isHit)
    if (++this.#seen < compareEvery) return
    this.#seen = 0
    this.#compare()
  }

  #compare(): void {
    const held = this.#shadows[this.#present]?.size ?? 0
    const best = this.#contest.best(this.#present)
    if (!this.#backstop.isResting) {
      if (best !== this.#present) {
        this.#follow(best)
        this.#backstop.settle(held)
      } else if (this.#present !== recencyAt && this.#backstop.isWorse) {
        this.#follow(recencyAt)
        this.#backstop.rest(held)
      }
    }
    const share = Math.exp(-compareEvery / Math.max(leastMemory, memory * held))
    this.#contest.fade(share)
    this.#backstop.fade(share)
  }

  #follow(best: number): void {
    const rule = this.#rules[best]
    if (rule === undefined) return
    this.#present = best
    this.#policy.follow(rule)
  }
}

/** The rules, the one to begin with first. */
function makeRules(): readonly Rule[] {
  return [
    new FrequencyRule(narrow),
    quickQueues,
    recency,
    new FrequencyRule(wide, { credit: true }),
  ]
}

/** Each shadow has a rule of its own: a rule may keep a state. */
function shadowed(): readonly Shadow[] {
  return makeRules().map((rule) => new Shadow(rule))
}
