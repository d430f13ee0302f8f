import { type CeilingInterval, heapCeiling } from './forecast/ceiling.ts'
import { atEase, ceilingAt, type GcStrain, type GcStrikes, strainAfter } from './gc-strain.ts'
import { mebibytes, type Signal } from './signal.ts'
import type { CollectionTimes, ForcedCollection, MajorCollection } from './sources/collection.ts'

/**
 * The latest that a collection may be heard of and still tell what was live, in milliseconds.
 * The usual lateness is under one; a blocked loop makes it longer, and what was allocated
 * meanwhile looks live.
 */
const latestConfirmation = 100

/** With so many strikes a collection confirms however late it was heard of. */
const strikesThatBelieve = 2

/**
 * How long the largest size of the young generation counts, in milliseconds. V8 shrinks it to save
 * memory and lets it grow again as it is filled.
 */
const youngHeldFor = 30_000

/**
 * How far the bounds may lie apart, as a share of the death point, for the reading to
 * count as confirmed.
 */
const estimateBand = 0.05

/**
 * Keeps what is known of the live bytes between two collections, and turns it into a signal.
 *
 * The true value lies between what was live at the last major collection and that plus what was
 * allocated since, which is at most what is used now.
 */
export class LiveHeap {
  readonly deathPointBytes: number
  /** Whether every collection confirms, however late it was heard of. */
  trustLate: boolean
  #live: number | undefined
  #used = 0
  #confirmedAt: number | undefined
  #strain: GcStrain = atEase
  #young = 0
  #youngAt = 0

  constructor(deathPointBytes: number, trustLate = false) {
    this.deathPointBytes = deathPointBytes
    this.trustLate = trustLate
  }

  /** Live bytes at the last major collection; until the first one, what is used. */
  get liveBytes(): number {
    return this.#live ?? this.#used
  }

  /** Bytes in use, garbage included, as last observed. */
  get usedBytes(): number {
    return this.#used
  }

  /** When the live bytes were last confirmed, in milliseconds; -Infinity before the first time. */
  get confirmedAt(): number {
    return this.#confirmedAt ?? Number.NEGATIVE_INFINITY
  }

  get strikes(): GcStrikes {
    return this.#strain.strikes
  }

  /** Where V8 is going to end this heap. */
  get ceiling(): CeilingInterval {
    return heapCeiling({
      youngBytes: this.#young,
      deathPointBytes: this.deathPointBytes,
      ratio: this.liveBytes / this.deathPointBytes,
      programShare: this.#strain.programShare,
    })
  }

  /** Takes in a collection that V8 ran by itself, and what was used when it was heard of. */
  observeMajor(usedBytes: number, collection: MajorCollection, now: number): void {
    this.#take(usedBytes, collection, now)
    const late = collection.lateness > latestConfirmation && !this.trustLate
    // However late: what is live is no more than what is used.
    const less = usedBytes <= (this.#live ?? 0)
    // Where V8 is about to give up it is the program that makes collections late, and waiting
    // for proof is worse.
    if (!late || less || this.strikes >= strikesThatBelieve) this.#confirm(usedBytes, now)
  }

  /** Takes in a collection that was forced. */
  observeForced(collection: ForcedCollection, now: number): void {
    this.#take(collection.usedAfter, collection, now)
    this.#confirm(collection.usedAfter, now)
  }

  /** Takes in what is used now. */
  observe(usedBytes: number, now: number): void {
    this.#used = usedBytes
    // With a clock that went back the age starts again, rather than turning negative.
    if (now < this.confirmedAt) this.#confirmedAt = now
    // Less than what was live: there was a collection that has not been heard of yet.
    if (this.#live !== undefined && usedBytes < this.#live) this.#live = usedBytes
  }

  /** What the heap says now; `usedBytes` as last observed. */
  signal(): Signal {
    const ceiling = this.deathPointBytes * ceilingAt(this.strikes)
    const live = this.liveBytes
    const upper = this.#used / ceiling
    const ratio = live / ceiling
    const confirmed = this.#live !== undefined
    const strained = this.strikes > 0 ? ', and V8 collects with little effect' : ''
    return {
      name: 'heap',
      ratio,
      lower: confirmed ? ratio : 0,
      upper,
      confidence: confirmed && upper - ratio < estimateBand ? 'confirmed' : 'estimated',
      reason:
        `${mebibytes(live)} ${confirmed ? 'live' : 'used'} in the old generation of the heap, ` +
        `whose death point is ${mebibytes(this.deathPointBytes)}${strained}`,
    }
  }

  #take(usedBytes: number, collection: CollectionTimes, now: number): void {
    const quiet = amount(collection.quiet)
    const busy = amount(collection.busy)
    const youngBytes = amount(collection.youngBytes)
    const ratio = usedBytes / this.deathPointBytes
    this.#strain = strainAfter(this.#strain, { ratio, quiet, busy })
    const expired = now - this.#youngAt > youngHeldFor || now < this.#youngAt
    if (youngBytes < this.#young && !expired) return
    this.#young = youngBytes
    this.#youngAt = now
  }

  #confirm(usedBytes: number, now: number): void {
    this.#live = usedBytes
    this.#used = usedBytes
    this.#confirmedAt = now
  }
}

/**
 * What was told of a collection, or 0 where it was not, or cannot be: averages never
 * recover from a NaN.
 */
function amount(value: number | undefined): number {
  return value !== undefined && Number.isFinite(value) && value >= 0 ? value : 0
}
