import { isExpired, type MaybeTimed, Timed } from './timed.ts'

/** What a sweep walks. */
export interface Swept<K, V> {
  /** Every entry; while they change, an iterator may end early or visit one that is gone. */
  held(): IterableIterator<[K, MaybeTimed<V>]>
}

/**
 * Walks entries a few at a time and finds those that have expired, so that a time to live frees memory
 * without a timer.
 *
 * It knows a time before which nothing expires, and until then there is nothing to do. That time is moved only when a
 * round has seen every entry that was there when it began: the walk may lose its way among entries that move.
 */
export class ExpirySweep<K, V> {
  readonly #swept: Swept<K, V>
  #cursor: IterableIterator<[K, MaybeTimed<V>]> | undefined
  /** The earliest end of any entry held. */
  #earliest = Number.POSITIVE_INFINITY
  /** The same of the entries that this round has seen or that came during it. */
  #earliestSeen = Number.POSITIVE_INFINITY
  #round = 0
  #timed = 0
  /** Entries that can expire and were not seen in this round. */
  #unseen = 0

  constructor(swept: Swept<K, V>) {
    this.#swept = swept
  }

  /** Whether any entry can expire. */
  get watching(): boolean {
    return this.#timed > 0
  }

  /** Takes notice of a value that came in. */
  note(held: MaybeTimed<V>): void {
    if (!(held instanceof Timed)) return
    this.#timed += 1
    if (held.endsAt < this.#earliest) this.#earliest = held.endsAt
    this.#see(held)
  }

  /** Takes notice of a value that is gone. */
  forget(held: MaybeTimed<V> | undefined): void {
    if (!(held instanceof Timed)) return
    this.#timed -= 1
    if (held.seenIn !== this.#round) this.#unseen -= 1
    // A walk that nobody continues would keep the value that it came across last.
    if (this.#timed === 0) this.clear()
  }

  /** Whether an entry can have expired. */
  due(now: number): boolean {
    return this.#timed > 0 && now >= this.#earliest
  }

  /** Looks at the next entry, and returns it if it has expired. */
  examine(now: number): readonly [key: K, held: MaybeTimed<V>] | undefined {
    if (this.#cursor === undefined) {
      if (this.#unseen === 0) this.#beginRound()
      this.#cursor = this.#swept.held()
    }
    const { value: entry, done } = this.#cursor.next()
    if (done === true) {
      this.#endRound()
      return undefined
    }
    const [, held] = entry
    if (isExpired(held, now)) return entry
    if (held instanceof Timed && held.seenIn !== this.#round) {
      this.#unseen -= 1
      this.#see(held)
    }
    return undefined
  }

  /** Walks from the start again; for when the entries were moved. */
  restart(): void {
    this.#cursor = undefined
  }

  /** Takes notice of every entry being gone. */
  clear(): void {
    this.restart()
    this.#timed = 0
    this.#unseen = 0
    this.#earliest = Number.POSITIVE_INFINITY
  }

  #see(held: Timed<V>): void {
    held.seenIn = this.#round
    if (held.endsAt < this.#earliestSeen) this.#earliestSeen = held.endsAt
  }

  #beginRound(): void {
    this.#round += 1
    this.#unseen = this.#timed
    this.#earliestSeen = Number.POSITIVE_INFINITY
  }

  #endRound(): void {
    this.restart()
    if (this.#unseen === 0) this.#earliest = this.#earliestSeen
  }
}
