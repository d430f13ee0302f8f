import { Contest } from './contest.ts'
import type { Policy, Slots } from './policy.ts'
import { FrequencyRule, queues, type Rule, recency } from './rules.ts'
import { Segmented } from './segmented.ts'
import { Shadow } from './shadow.ts'
import { firstSlot, none } from './slot-lists.ts'
import { vacant, watched } from './use-counts.ts'

/** The share of keys that are sampled, and the least and the most of them there should be. */
const sampleShare = 1 / 32
const leastSample = 256
const mostSample = 2_048
const wholeSample = 2 ** 32
/** The sample is changed when it is so many times what it should be, or so many times less. */
const mostSurplus = 2
const mostLack = 4
/** Later while entries only come in: how many there will be shows when the first is evicted. */
const mostSurplusWhileFilled = 4
/** A shadow holds no more than so many times the keys it should: it does not hear of what was deleted or expired. */
const mostHeld = 4
/** Slots looked at in one go for keys that have come into the sample. */
const looks = 32

/** After so many requests of the sample the rules are compared. */
const compareEvery = 64
/** What counts reaches back over so many requests for each key that a shadow holds, and over as many at the least. */
const memory = 10
const leastMemory = 1_000

const window = 0.02

/**
 * Follows the rule that would have served a sample of the requests best: recency, queues or frequency.
 *
 * Each rule plays the requests for a sample of the keys on a shadow without values (Waldspurger et al., SHARDS,
 * FAST 2015), and the one that is better beyond doubt takes over the entries as they lie.
 */
export class Adaptive implements Policy {
  readonly #slots: Slots
  readonly #rules: readonly Rule[] = makeRules()
  #shadows: readonly Shadow[] = shadowed()
  #contest: Contest = new Contest(this.#rules.length)
  readonly #policy: Segmented
  #present = 0
  /** Keys whose hash is below this are in the sample. */
  #sampled = wholeSample
  #seen = 0
  /** Since the sample has become larger, slots below this have been looked at. */
  #looked: number | undefined

  constructor(slots: Slots) {
    this.#slots = slots
    this.#policy = new Segmented(slots, this.#rules[0] ?? queues)
  }

  get eager(): boolean {
    return this.#policy.eager
  }

  insert(slot: number): void {
    this.#resample(mostSurplusWhileFilled)
    const hash = this.#slots.hash(slot)
    if (this.#isSampled(hash)) {
      this.#watch(slot)
      this.#play(slot, hash)
      this.#fit(Number.POSITIVE_INFINITY)
    }
    this.#policy.insert(slot)
  }

  used(slot: number): void {
    const { uses } = this.#slots
    const count = uses[slot] ?? 0
    if (count >= watched) {
      const hash = this.#slots.hash(slot)
      if (this.#isSampled(hash)) this.#play(slot, hash)
      else uses[slot] = count & ~watched
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
    this.#resample(mostSurplus)
    const slot = this.#policy.evict()
    // What was evicted made room for what has just come in, so this is what the bound holds.
    this.#fit(this.#policy.weight * (this.#sampled / wholeSample))
    return slot
  }

  order(): IterableIterator<number> {
    return this.#policy.order()
  }

  renamed(_from: number, to: number): void {
    if (this.#looked !== undefined && this.#isSampled(this.#slots.hash(to))) this.#watch(to)
  }

  /** Keeps the rule: which one is best depends on the requests, and these go on. */
  clear(): void {
    this.#policy.clear()
    this.#shadows = shadowed()
    this.#contest = new Contest(this.#rules.length)
    this.#sampled = wholeSample
    this.#seen = 0
    this.#looked = undefined
  }

  /** Multiplied, or the sample would be what the sketch and the ghosts have in one place. */
  #isSampled(hash: number): boolean {
    return Math.imul(hash, 0x9e3779b1) >>> 0 < this.#sampled
  }

  #watch(slot: number): void {
    const { uses } = this.#slots
    uses[slot] = (uses[slot] ?? 0) | watched
  }

  #fit(mostWeight: number): void {
    const held = Math.max(leastSample, this.#slots.size * (this.#sampled / wholeSample))
    for (const shadow of this.#shadows) shadow.fit(mostWeight, mostHeld * held)
  }

  #play(slot: number, hash: number): void {
    const weight = this.#slots.weight(slot)
    let served = 0
    for (let rule = 0; rule < this.#shadows.length; rule++) {
      if (this.#shadows[rule]?.request(hash, weight)) served |= 1 << rule
    }
    this.#contest.count(served)
    if (++this.#seen < compareEvery) return
    this.#seen = 0
    this.#compare()
  }

  #compare(): void {
    const best = this.#contest.best(this.#present)
    const rule = this.#rules[best]
    if (best !== this.#present && rule !== undefined) {
      this.#present = best
      this.#policy.follow(rule)
    }
    const held = this.#shadows[this.#present]?.size ?? 0
    this.#contest.fade(Math.exp(-compareEvery / Math.max(leastMemory, memory * held)))
  }

  /** Samples fewer keys the more there are, in large steps, so that the sample is seldom changed. */
  #resample(surplus: number): void {
    const { size } = this.#slots
    const wanted = Math.min(mostSample, Math.max(leastSample, size * sampleShare))
    const sampled = Math.ceil(Math.min(1, wanted / size) * wholeSample)
    if (surplus * sampled <= this.#sampled) {
      this.#sampled = sampled
      for (const shadow of this.#shadows) shadow.keep((hash) => this.#isSampled(hash))
    } else if (sampled >= mostLack * this.#sampled) {
      this.#sampled = sampled
      this.#looked = firstSlot
    }
    if (this.#looked !== undefined) this.#look(this.#looked)
  }

  /** Watches some of the entries that were held before they came into the sample. */
  #look(from: number): void {
    const { uses } = this.#slots
    const end = Math.min(uses.length, from + looks)
    for (let slot = from; slot < end; slot++) {
      if (uses[slot] !== vacant && this.#isSampled(this.#slots.hash(slot))) this.#watch(slot)
    }
    this.#looked = end < uses.length ? end : undefined
  }
}

/** The rules, the one to begin with first. */
function makeRules(): readonly Rule[] {
  return [new FrequencyRule(window), queues, recency]
}

/** Each shadow has a rule of its own: a rule may keep a state. */
function shadowed(): readonly Shadow[] {
  return makeRules().map((rule) => new Shadow(rule))
}
