import type { Slots } from './policy.ts'
import { firstSlot } from './slot-lists.ts'
import { vacant, watched } from './use-counts.ts'

/** The share of keys that are sampled, and the least and the most of them there should be. */
const sampleShare = 1 / 32
const leastSample = 256
const mostSample = 1_024
const whole = 2 ** 32
/** The sample is changed when it is so many times what it should be, or so many times less. */
const mostSurplus = 2
const mostLack = 4
/** Later while entries only come in: how many there will be shows when the first is evicted. */
const mostSurplusWhileFilled = 4
/** Slots looked at in one go for keys that have come into the sample. */
const looks = 32

/**
 * A part of the keys, chosen by their hash: all of a few, and fewer of many.
 *
 * Whoever requests a key does not ask whether it is in the sample: the slots of those that are carry a mark, `watched`.
 */
export class KeySample {
  readonly #slots: Slots
  /** Keys whose hash is below this are in the sample. */
  #below = whole
  /** The entries there were when it was last fitted to them, and whether that was while they only came in. */
  #fitted = 0
  #isLoose = true
  /** Since the sample has become larger, slots below this have been looked at. */
  #looked: number | undefined

  constructor(slots: Slots) {
    this.#slots = slots
  }

  /** The share of the keys that are in the sample, up to 1. */
  get share(): number {
    return this.#below / whole
  }

  /** About how many of the entries are in the sample, and never fewer than it should have at the least. */
  get entries(): number {
    return Math.max(leastSample, this.#slots.size * this.share)
  }

  /** Multiplied, or the sample would be what the sketch and the ghosts have in one place. */
  has(hash: number): boolean {
    return Math.imul(hash, 0x9e3779b1) >>> 0 < this.#below
  }

  watch(slot: number): void {
    const { uses } = this.#slots
    uses[slot] = (uses[slot] ?? 0) | watched
  }

  /** Takes back the mark of a slot whose key has left the sample. */
  ignore(slot: number): void {
    const { uses } = this.#slots
    uses[slot] = (uses[slot] ?? 0) & ~watched
  }

  /** An entry has got another slot, which may have been looked at already. */
  renamed(to: number): void {
    if (this.#looked !== undefined && this.has(this.#slots.hash(to))) this.watch(to)
  }

  /**
   * Samples fewer keys the more there are, in large steps, so that the sample is seldom changed; returns whether keys
   * have left it.
   */
  fit(isFilling: boolean): boolean {
    const { size } = this.#slots
    if (this.#looked !== undefined) this.#look(this.#looked)
    if (size === this.#fitted && (isFilling || !this.#isLoose)) return false
    this.#fitted = size
    this.#isLoose = isFilling
    const wanted = Math.min(mostSample, Math.max(leastSample, size * sampleShare))
    const below = Math.ceil(Math.min(1, wanted / size) * whole)
    const isLess = (isFilling ? mostSurplusWhileFilled : mostSurplus) * below <= this.#below
    if (isLess) this.#below = below
    else if (below >= mostLack * this.#below) {
      this.#below = below
      this.#looked = firstSlot
    }
    return isLess
  }

  /** Samples every key again. */
  clear(): void {
    this.#below = whole
    this.#looked = undefined
    this.#fitted = 0
  }

  /** Watches some of the entries that were held before they came into the sample. */
  #look(from: number): void {
    const { uses } = this.#slots
    const end = Math.min(uses.length, from + looks)
    for (let slot = from; slot < end; slot++) {
      if (uses[slot] !== vacant && this.has(this.#slots.hash(slot))) this.watch(slot)
    }
    this.#looked = end < uses.length ? end : undefined
  }
}
