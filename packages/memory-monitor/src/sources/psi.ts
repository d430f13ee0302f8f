import type { KeptFile } from './kept-file.ts'

/** For how much of the time tasks had to wait for memory: reclaim, refaults, throttling, swap. */
export interface StallReading {
  /** Whose tasks: those of the control group that is followed, or all of this machine. */
  readonly scope: 'container' | 'host'
  /** Share of the time in which at least one task waited, 0 to 1. */
  readonly someShare: number
  /** Share of the time in which all tasks that had something to do waited, 0 to 1. */
  readonly fullShare: number
}

const some = Buffer.from('\nsome ')
const full = Buffer.from('\nfull ')
const total = Buffer.from('total=')

/**
 * The shortest time that shares are taken over, in milliseconds: in less one
 * hiccup counts for much.
 */
const shortestSpan = 1_000

/**
 * Turns the running totals of a `memory.pressure` file into shares of the time
 * between two readings.
 *
 * The totals are read rather than the averages, which lag by ten seconds or more.
 */
export class StallMeter {
  readonly #file: KeptFile
  readonly #scope: StallReading['scope']
  #since: number | undefined
  #some = 0
  #full = 0
  #last: StallReading | undefined

  /**
   * Takes `file` over, and where it goes on from `previous` what that had read; `close` closes it.
   */
  constructor(file: KeptFile, scope: StallReading['scope'], previous?: StallMeter) {
    this.#file = file
    this.#scope = scope
    if (previous === undefined) return
    this.#since = previous.#since
    this.#some = previous.#some
    this.#full = previous.#full
    this.#last = previous.#last
  }

  /**
   * The shares as of `now` (milliseconds); `undefined` until a second has passed, and
   * where nothing is told.
   */
  read(now: number): StallReading | undefined {
    const since = this.#since
    if (since !== undefined && now >= since && now - since < shortestSpan) return this.#last
    const [someTotal, fullTotal] = this.#totals()
    this.#last = undefined
    this.#since = someTotal === undefined ? undefined : now
    if (someTotal === undefined) return undefined
    // A clock or a total that went back tells nothing about the time between.
    if (since !== undefined && now > since && someTotal >= this.#some && fullTotal >= this.#full) {
      const elapsed = (now - since) * 1_000
      this.#last = {
        scope: this.#scope,
        someShare: Math.min(1, (someTotal - this.#some) / elapsed),
        fullShare: Math.min(1, (fullTotal - this.#full) / elapsed),
      }
    }
    this.#some = someTotal
    this.#full = fullTotal
    return this.#last
  }

  close(): void {
    this.#file.close()
  }

  /** Microseconds since the machine was started or the group was made. */
  #totals(): readonly [some: number | undefined, full: number] {
    try {
      const file = this.#file.read()
      return [file.labelled(some, total), file.labelled(full, total) ?? 0]
    } catch {
      return [undefined, 0]
    }
  }
}
