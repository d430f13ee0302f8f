/** A major collection of a heap that does not exist. */
export interface SyntheticCollection {
  /** Milliseconds from the end of the one before to the start of marking. */
  readonly quiet: number
  /** Milliseconds from the start of marking to the end. */
  readonly busy: number
  /** Milliseconds at the end of `busy` for which the program stands still. */
  readonly pause: number
  /** How the process dies of it, if it does. */
  readonly death?: 'heap' | 'ineffective'
}

const mebibyte = 2 ** 20
/** The largest semi-space of Node.js 20 and 22, in bytes. */
const semiSpace = 16 * mebibyte
const pausePerMebibyte = 0.8
/** Milliseconds of incremental marking for each live mebibyte, beside the program. */
const markingPerMebibyte = 1.5
const leastStep = 8 * mebibyte
/**
 * What an object that survives costs in objects that do not: allocation for each
 * byte that is promoted.
 */
const allocatedPerPromoted = 3
/** From `Heap::IsIneffectiveMarkCompact` in V8, as in `gc-strain.ts`. */
const crowdedRatio = 0.8
const leastProgramShare = 0.4
const fatalStrikes = 4

/**
 * A model of the old generation of V8: when it is collected, and when it gives up.
 *
 * Between collections it grows by what is live and by garbage. Marking starts at a multiple of what
 * the last collection left; once a full young generation no longer fits under the cap there is a
 * collection at every scavenge.
 */
export class SyntheticHeap {
  readonly youngBytes: number
  readonly #cap: number
  readonly #random: () => number
  #live = 0
  #garbage = 0
  #threshold = 0
  #markingSince: number | undefined
  #markingTime = 0
  #rate = 0
  #lastEnd = 0
  #strikes = 0

  /** `cap` is the death point in bytes. */
  constructor({ cap, random }: { readonly cap: number; readonly random: () => number }) {
    this.#cap = cap
    this.#random = random
    this.youngBytes = Math.min(semiSpace, cap / 8)
    this.#plan()
  }

  get live(): number {
    return this.#live
  }

  /** Bytes in use, garbage included. */
  get used(): number {
    return this.#live + this.#garbage
  }

  /**
   * The program holds `live` bytes from now on, and makes `garbage` bytes a second for
   * some milliseconds.
   */
  grow(live: number, garbage: number, milliseconds: number): void {
    // What is dropped is garbage until it is collected.
    this.#garbage += Math.max(0, this.#live - live) + (garbage * milliseconds) / 1_000
    this.#rate = (Math.max(0, live - this.#live) * 1_000) / milliseconds + garbage
    this.#live = live
  }

  /** Collects at a time in milliseconds, if V8 would. */
  collectIfDue(t: number): SyntheticCollection | undefined {
    const crowded = this.used + this.youngBytes >= this.#cap
    if (this.used >= this.#threshold) this.#markingSince ??= t
    const betweenScavenges =
      (this.youngBytes / Math.max(1, this.#rate * allocatedPerPromoted)) * 1_000
    const markedAt = (this.#markingSince ?? Number.POSITIVE_INFINITY) + this.#markingTime
    const sinceLast = t - this.#lastEnd
    if (t < markedAt && !(crowded && sinceLast >= betweenScavenges)) return undefined
    const begun = this.#markingSince ?? t
    const noise = 0.8 + 0.4 * this.#random()
    const pause = 1 + (this.#live / mebibyte) * pausePerMebibyte * noise
    const quiet = Math.max(0, begun - this.#lastEnd)
    const busy = t - begun + pause
    this.#garbage = 0.01 * this.#live * this.#random()
    this.#lastEnd = t + pause
    this.#plan()
    const death = this.#deathBy(quiet, busy)
    return { quiet, busy, pause, ...(death && { death }) }
  }

  /** Where marking starts next, and how long it will go on beside the program. */
  #plan(): void {
    const factor = this.#live > this.#cap / 2 ? 1.3 : 1.5 + 0.5 * this.#random()
    const limit = Math.max(this.#live + leastStep, this.#live * factor) + this.youngBytes
    // Never more than half of what is left: `MemoryController::BoundAllocationLimit` in V8.
    this.#threshold = Math.min(limit, (this.#live + this.#cap) / 2)
    this.#markingSince = undefined
    this.#markingTime = 10 + (this.#live / mebibyte) * markingPerMebibyte
  }

  #deathBy(quiet: number, busy: number): 'heap' | 'ineffective' | undefined {
    if (this.used >= this.#cap) return 'heap'
    const ineffective =
      this.used >= crowdedRatio * this.#cap && quiet < leastProgramShare * (quiet + busy)
    this.#strikes = ineffective ? this.#strikes + 1 : 0
    return this.#strikes >= fatalStrikes ? 'ineffective' : undefined
  }
}
