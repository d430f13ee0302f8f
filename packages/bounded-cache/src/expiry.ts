import type { Entry } from './entry.ts'
import type { Policy } from './policies/policy.ts'

/**
 * Whether an entry must not be served at `now`, which is on the scale of its `storedAt`.
 *
 * Its age counts from when it was set; an age below 0 means that the clock went back, and nobody can tell how
 * old the entry is: better to load it again than to serve it for as long as the clock was wrong.
 */
export function isExpired(entry: Entry<unknown, unknown>, now: number): boolean {
  if (entry.ttl === 0) return false
  const age = now - entry.storedAt
  return !(age >= 0 && age < entry.ttl)
}

/**
 * Walks the entries of a cache a few at a time and finds those that have expired, so that a time to live frees
 * memory without a timer.
 *
 * It knows a time before which nothing it has seen expires, and until then there is nothing to do.
 */
export class ExpirySweep<K, V> {
  readonly #policy: Policy<K, V>
  #cursor: IterableIterator<Entry<K, V>> | undefined
  /** The earliest end of any entry held. */
  #earliest = Number.POSITIVE_INFINITY
  /** The same of the entries that this round has passed or that came during it. */
  #earliestPassed = Number.POSITIVE_INFINITY
  #visited = 0

  constructor(policy: Policy<K, V>) {
    this.#policy = policy
  }

  /** Whether any entry can ever expire. */
  get watching(): boolean {
    return this.#earliest !== Number.POSITIVE_INFINITY
  }

  /** Takes notice of an entry that was stored. */
  note(entry: Entry<K, V>): void {
    if (entry.ttl === 0) return
    const end = entry.storedAt + entry.ttl
    if (end < this.#earliest) this.#earliest = end
    if (end < this.#earliestPassed) this.#earliestPassed = end
  }

  /** Whether an entry can have expired. */
  due(now: number): boolean {
    return now >= this.#earliest
  }

  /** Looks at the next entry, and returns it if it has expired. */
  examine(now: number): Entry<K, V> | undefined {
    if (this.#cursor === undefined) {
      this.#cursor = this.#policy.entries()
      this.#earliestPassed = Number.POSITIVE_INFINITY
    }
    const { value: entry, done } = this.#cursor.next()
    if (done === true) {
      this.#endRound()
      return undefined
    }
    this.#visited += 1
    if (isExpired(entry, now)) return entry
    if (entry.ttl !== 0)
      this.#earliestPassed = Math.min(this.#earliestPassed, entry.storedAt + entry.ttl)
    return undefined
  }

  /** Starts the round again; for when the entries were moved. */
  restart(): void {
    this.#cursor = undefined
    this.#visited = 0
  }

  #endRound(): void {
    // A cursor whose entry was used meanwhile ends early; the round then has not seen everything.
    if (this.#visited >= this.#policy.size) this.#earliest = this.#earliestPassed
    this.restart()
  }
}
