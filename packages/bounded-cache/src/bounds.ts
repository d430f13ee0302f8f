/** The most entries of any cache: a `Map` of V8 throws at 2 ** 24 (16.8 million). */
export const mostEntries = 16_000_000

/** How much a cache may hold: as configured, and now that pressure may have lowered it. */
export class Bounds {
  /** `Infinity` where only {@link mostEntries} bounds them. */
  #maxEntries: number
  /** `Infinity` where bytes are not bounded. */
  #maxBytes: number
  readonly #maxEntryShare: number
  #ratio = 1
  #limitEntries = 0
  #limitBytes = 0

  constructor(maxEntries: number, maxBytes: number, maxEntryShare: number) {
    this.#maxEntries = maxEntries
    this.#maxBytes = maxBytes
    this.#maxEntryShare = maxEntryShare
    this.#settle()
  }

  get maxEntries(): number {
    return this.#maxEntries
  }

  get maxBytes(): number {
    return this.#maxBytes
  }

  /** The share of the configured bounds that is in force, 0…1. */
  get ratio(): number {
    return this.#ratio
  }

  set ratio(ratio: number) {
    this.#ratio = ratio
    this.#settle()
  }

  get limitEntries(): number {
    return this.#limitEntries
  }

  get limitBytes(): number {
    return this.#limitBytes
  }

  resize(maxEntries: number, maxBytes: number): void {
    this.#maxEntries = maxEntries
    this.#maxBytes = maxBytes
    this.#settle()
  }

  /** Whether one entry of so many bytes may come in under the bounds in force. */
  admits(bytes: number): boolean {
    return this.#limitEntries >= 1 && bytes <= this.#limitBytes * this.#maxEntryShare
  }

  #settle(): void {
    this.#limitEntries = Math.min(mostEntries, shareOf(this.#maxEntries, this.#ratio))
    this.#limitBytes = shareOf(this.#maxBytes, this.#ratio)
  }
}

/** A share of a bound: whole, at least 1 unless the share is 0, `Infinity` where there is no bound. */
function shareOf(bound: number, ratio: number): number {
  if (bound === Number.POSITIVE_INFINITY) return bound
  return ratio === 0 ? 0 : Math.max(1, Math.floor(bound * ratio))
}

/** A bound as users are shown it: `undefined` where there is none. */
export function shownBound(bound: number): number | undefined {
  return bound === Number.POSITIVE_INFINITY ? undefined : bound
}
