import { resized } from '../policies/cells.ts'
import { firstSlot, none } from '../policies/slot-lists.ts'

/** The latest end that a cell can hold, in milliseconds from the base, and the age at which the base is moved up. */
const latestEnd = 2 ** 32 - 1
const oldestBase = 2 ** 31
/** Stands for an entry that does not expire. */
const never = 0
/** Slots looked at in one go: far more than can come in meanwhile. */
const looks = 64

/** What holds for every entry, in whole milliseconds. */
export interface ExpiryRules {
  /** How long an entry is served after it was used last; 0 for ever. */
  readonly idle: number
  /** How long an entry is kept that is not served any more. */
  readonly grace: number
}

/** How long an entry has to live. */
export interface Standing {
  /** Until its time to live is over, in milliseconds; `undefined` for ever. */
  readonly expiresIn: number | undefined
  /** Since it was used, in milliseconds; 0 where it does not matter. */
  readonly idleFor: number
}

/**
 * When the entry in each slot expires: four bytes each, or eight where entries also expire for want of use.
 *
 * Ends are kept as milliseconds from a base that is moved up every 25 days. What should be served for longer than
 * that is dropped when its cell overflows, after 25 to 50 days.
 */
export class SlotExpiry {
  readonly #now: () => number
  readonly #idle: number
  readonly #grace: number
  /** When entries are served for the last time, and when they would be however often they were used. */
  #ends: Uint32Array
  #lastEnds: Uint32Array | undefined
  #base: number
  #latest: number
  /** A time before which nothing is over, and the same of the slots that this round has passed. */
  #earliest = Number.POSITIVE_INFINITY
  #earliestPassed = Number.POSITIVE_INFINITY
  #cursor = firstSlot

  constructor(now: () => number, capacity: number, { idle, grace }: ExpiryRules) {
    this.#now = now
    this.#idle = idle
    this.#grace = grace
    this.#ends = new Uint32Array(capacity)
    if (idle > 0) this.#lastEnds = new Uint32Array(capacity)
    this.#latest = now()
    this.#base = this.#baseAt(this.#latest)
  }

  /** Sets how long an entry is served from now on, unless it goes unused for too long; 0 for ever. */
  set(slot: number, ttl: number): void {
    if (ttl === 0 && this.#idle === 0) {
      this.#ends[slot] = never
      return
    }
    const now = this.#time()
    const end = ttl === 0 ? never : this.#after(now, ttl)
    if (this.#lastEnds !== undefined) this.#lastEnds[slot] = end
    this.#put(slot, this.#idle === 0 ? end : this.#unused(end, now))
  }

  /** An entry was used. */
  used(slot: number): void {
    if (this.#lastEnds === undefined || (this.#ends[slot] ?? never) === never) return
    // First: it may change every end.
    const now = this.#time()
    this.#put(slot, this.#unused(this.#lastEnds[slot] ?? never, now))
  }

  /** An entry was not used for so many milliseconds when it came in. */
  backdate(slot: number, idleFor: number): void {
    if (this.#lastEnds === undefined) return
    const now = this.#time()
    this.#put(slot, this.#unused(this.#lastEnds[slot] ?? never, now - idleFor))
  }

  forget(slot: number): void {
    this.#ends[slot] = never
    if (this.#lastEnds !== undefined) this.#lastEnds[slot] = never
  }

  /** How long an entry has to live, as far as that can be told. */
  standing(slot: number): Standing {
    const ends = this.#ends[slot] ?? never
    if (ends === never) return { expiresIn: undefined, idleFor: 0 }
    const now = this.#time()
    const end = this.#lastEnds?.[slot] ?? ends
    const expiresIn = end === never ? undefined : this.#base + end - now
    return { expiresIn, idleFor: this.#idle === 0 ? 0 : Math.max(0, this.#idle - this.left(slot)) }
  }

  /** Whether an entry must not be served any more. */
  isExpired(slot: number): boolean {
    const end = this.#ends[slot] ?? never
    return end !== never && !(this.#time() - this.#base < (this.#ends[slot] ?? never))
  }

  /** For how many milliseconds an entry is served yet; less than 0 when it has expired, `Infinity` for ever. */
  left(slot: number): number {
    if ((this.#ends[slot] ?? never) === never) return Number.POSITIVE_INFINITY
    const now = this.#time()
    return this.#base + (this.#ends[slot] ?? never) - now
  }

  /** Looks at a few slots and returns one whose entry need not be kept, or `none`; ask again while it finds one. */
  find(): number {
    const now = this.#time()
    if (now < this.#earliest) return none
    const due = now - this.#base - this.#grace
    const last = Math.min(this.#ends.length, this.#cursor + looks)
    for (let slot = this.#cursor; slot < last; slot++) {
      const end = this.#ends[slot] ?? never
      if (end === never) continue
      if (end <= due) {
        this.#cursor = slot
        return slot
      }
      const over = this.#base + end + this.#grace
      if (over < this.#earliestPassed) this.#earliestPassed = over
    }
    this.#cursor = last
    if (last === this.#ends.length) this.#endRound()
    return none
  }

  rename(from: number, to: number): void {
    const end = this.#ends[from] ?? never
    if (this.#lastEnds !== undefined) this.#lastEnds[to] = this.#lastEnds[from] ?? never
    this.forget(from)
    // It may have been moved to where this round has been.
    if (end === never) this.#ends[to] = never
    else this.#put(to, end)
  }

  resize(capacity: number): void {
    this.#ends = resized(this.#ends, new Uint32Array(capacity))
    if (this.#lastEnds !== undefined)
      this.#lastEnds = resized(this.#lastEnds, new Uint32Array(capacity))
  }

  /** So that 1 is the end of what is over now, and nothing has the end 0. */
  #baseAt(now: number): number {
    return now - 1 - this.#grace
  }

  #unused(end: number, now: number): number {
    const idle = this.#after(now, this.#idle)
    return end === never ? idle : Math.min(end, idle)
  }

  /** The cell of so many milliseconds after a time. */
  #after(now: number, milliseconds: number): number {
    const told = Math.max(1, Math.min(latestEnd, now - this.#base + milliseconds))
    // A clock that tells no number has everything expire.
    return Number.isNaN(told) ? 1 : told
  }

  /** The time; a clock that went back has every entry expire, for nobody can tell how old they are. */
  #time(): number {
    const now = this.#now()
    if (now < this.#latest) this.#expireAll(now)
    else if (now - this.#base >= oldestBase + this.#grace) this.#moveUp(now)
    this.#latest = now
    return now
  }

  #expireAll(now: number): void {
    this.#base = this.#baseAt(now)
    this.#map(() => 1)
    this.#earliest = now
  }

  #moveUp(now: number): void {
    const by = this.#baseAt(now) - this.#base
    this.#base += by
    this.#map((end) => Math.max(1, end - by))
  }

  #map(change: (end: number) => number): void {
    for (const ends of [this.#ends, this.#lastEnds ?? []]) {
      for (let slot = 0; slot < ends.length; slot++) {
        const end = ends[slot] ?? never
        if (end !== never) ends[slot] = change(end)
      }
    }
  }

  #put(slot: number, end: number): void {
    this.#ends[slot] = end
    const over = this.#base + end + this.#grace
    if (over < this.#earliest) this.#earliest = over
    if (over < this.#earliestPassed) this.#earliestPassed = over
  }

  #endRound(): void {
    this.#earliest = this.#earliestPassed
    this.#earliestPassed = Number.POSITIVE_INFINITY
    this.#cursor = firstSlot
  }
}
