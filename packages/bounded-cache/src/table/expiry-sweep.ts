import { isExpired, type MaybeTimed, Timed } from './timed.ts'

/** What a sweep walks. */
export interface Swept<K, V> {
  readonly size: number
  /** Every entry; while they change, an iterator may end early or visit one that is gone. */
  held(): IterableIterator<[K, MaybeTimed<V>]>
}

/**
 * Walks entries a few at a time and finds those that have expired, so that a time to live frees memory
 * without a timer.
 *
 * It knows a time before which nothing it has seen expires, and until then there is nothing to do.
 */
export class ExpirySweep<K, V> {
  readonly #swept: Swept<K, V>
  #cursor: IterableIterator<[K, MaybeTimed<V>]> | undefined
  /** The earliest end of any entry held. */
  #earliest = Number.POSITIVE_INFINITY
  /** The same of the entries that this round has passed or that came during it. */
  #earliestPassed = Number.POSITIVE_INFINITY
  #visited = 0

  constructor(swept: Swept<K, V>) {
    this.#swept = swept
  }

  /** Whether any entry can ever expire. */
  get watching(): boolean {
    return this.#earliest !== Number.POSITIVE_INFINITY
  }

  /** Takes notice of a value that was stored. */
  note(held: MaybeTimed<V>): void {
    if (!(held instanceof Timed)) return
    if (held.endsAt < this.#earliest) this.#earliest = held.endsAt
    if (held.endsAt < this.#earliestPassed) this.#earliestPassed = held.endsAt
  }

  /** Whether an entry can have expired. */
  due(now: number): boolean {
    return now >= this.#earliest
  }

  /** Looks at the next entry, and returns it if it has expired. */
  examine(now: number): readonly [key: K, held: MaybeTimed<V>] | undefined {
    if (this.#cursor === undefined) {
      this.#cursor = this.#swept.held()
      this.#earliestPassed = Number.POSITIVE_INFINITY
    }
    const { value: entry, done } = this.#cursor.next()
    if (done === true) {
      this.#endRound()
      return undefined
    }
    this.#visited += 1
    const [, held] = entry
    if (isExpired(held, now)) return entry
    this.#pass(held)
    return undefined
  }

  /** Starts the round again; for when the entries were moved. */
  restart(): void {
    this.#cursor = undefined
    this.#visited = 0
  }

  #pass(held: MaybeTimed<V>): void {
    if (held instanceof Timed && held.endsAt < this.#earliestPassed)
      this.#earliestPassed = held.endsAt
  }

  #endRound(): void {
    // A cursor whose entry was used meanwhile ends early; the round then has not seen everything.
    if (this.#visited >= this.#swept.size) this.#earliest = this.#earliestPassed
    this.restart()
  }
}
