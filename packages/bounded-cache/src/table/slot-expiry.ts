import { resized } from '../policies/cells.ts'
import { firstSlot, none } from '../policies/slot-lists.ts'

/** The latest end that a cell can hold, in milliseconds from the base, and the age at which the base is moved up. */
const latestEnd = 2 ** 32 - 1
const oldestBase = 2 ** 31
/** Stands for an entry that does not expire. */
const never = 0
/** Slots looked at in one go: far more than can come in meanwhile. */
const looks = 64

/**
 * When the entry in each slot expires: four bytes each.
 *
 * Ends are kept as milliseconds from a base that is moved up every 25 days. What should be served for longer than
 * that is dropped when its cell overflows, after 25 to 50 days.
 */
export class SlotExpiry {
  readonly #now: () => number
  #ends: Uint32Array
  #base: number
  #latest: number
  /** A time before which nothing expires, and the same of the slots that this round has passed. */
  #earliest = Number.POSITIVE_INFINITY
  #earliestPassed = Number.POSITIVE_INFINITY
  #cursor = firstSlot

  constructor(now: () => number, capacity: number) {
    this.#now = now
    this.#ends = new Uint32Array(capacity)
    this.#latest = now()
    // One less, so that no end is 0.
    this.#base = this.#latest - 1
  }

  /** Sets how long an entry is served from now on; 0 for ever. */
  set(slot: number, ttl: number): void {
    if (ttl === 0) {
      this.#ends[slot] = never
      return
    }
    const now = this.#time()
    const told = Math.min(latestEnd, now - this.#base + ttl)
    // A clock that tells no number has everything expire.
    const end = Number.isNaN(told) ? 1 : told
    this.#ends[slot] = end
    this.#note(this.#base + end)
  }

  forget(slot: number): void {
    this.#ends[slot] = never
  }

  isExpired(slot: number): boolean {
    const end = this.#ends[slot] ?? never
    return end !== never && !(this.#time() - this.#base < (this.#ends[slot] ?? never))
  }

  /** Looks at a few slots and returns one whose entry has expired, or `none`; ask again while it finds one. */
  find(): number {
    const now = this.#time()
    if (now < this.#earliest) return none
    const due = now - this.#base
    const last = Math.min(this.#ends.length, this.#cursor + looks)
    for (let slot = this.#cursor; slot < last; slot++) {
      const end = this.#ends[slot] ?? never
      if (end === never) continue
      if (end <= due) {
        this.#cursor = slot
        return slot
      }
      if (this.#base + end < this.#earliestPassed) this.#earliestPassed = this.#base + end
    }
    this.#cursor = last
    if (last === this.#ends.length) this.#endRound()
    return none
  }

  rename(from: number, to: number): void {
    this.#ends[to] = this.#ends[from] ?? never
    this.#ends[from] = never
    // It may have been moved to where this round has been.
    const end = this.#ends[to] ?? never
    if (end !== never) this.#note(this.#base + end)
  }

  resize(capacity: number): void {
    this.#ends = resized(this.#ends, new Uint32Array(capacity))
  }

  /** The time; a clock that went back has every entry expire, for nobody can tell how old they are. */
  #time(): number {
    const now = this.#now()
    if (now < this.#latest) this.#expireAll(now)
    else if (now - this.#base >= oldestBase) this.#moveUp(now)
    this.#latest = now
    return now
  }

  #expireAll(now: number): void {
    this.#base = now - 1
    this.#map(() => 1)
    this.#earliest = now
  }

  #moveUp(now: number): void {
    const by = now - 1 - this.#base
    this.#base += by
    this.#map((end) => Math.max(1, end - by))
  }

  #map(change: (end: number) => number): void {
    const ends = this.#ends
    for (let slot = 0; slot < ends.length; slot++) {
      const end = ends[slot] ?? never
      if (end !== never) ends[slot] = change(end)
    }
  }

  #note(end: number): void {
    if (end < this.#earliest) this.#earliest = end
    if (end < this.#earliestPassed) this.#earliestPassed = end
  }

  #endRound(): void {
    this.#earliest = this.#earliestPassed
    this.#earliestPassed = Number.POSITIVE_INFINITY
    this.#cursor = firstSlot
  }
}
