import type { Policy } from './policies/policy.ts'
import { type Stored, Wrapped } from './wrapped.ts'

/**
 * Whether a value must not be served at `now`, which is on the scale of its `storedAt`.
 *
 * Its age counts from when it was set; an age below 0 means that the clock went back, and nobody can tell how
 * old the value is: better to load it again than to serve it for as long as the clock was wrong.
 */
export function isExpired(stored: Stored<unknown>, now: number): boolean {
  if (!canExpire(stored)) return false
  const age = now - stored.storedAt
  return !(age >= 0 && age < stored.ttl)
}

/** Whether a value is served for a time only; nothing else costs a reading of the clock. */
export function canExpire<V>(stored: Stored<V>): stored is Wrapped<V> {
  return stored instanceof Wrapped && stored.ttl !== 0
}

/**
 * Walks the entries of a cache a few at a time and finds those that have expired, so that a time to live frees
 * memory without a timer.
 *
 * It knows a time before which nothing it has seen expires, and until then there is nothing to do.
 */
export class ExpirySweep<K, V> {
  readonly #policy: Policy<K, Stored<V>>
  #cursor: IterableIterator<[K, Stored<V>]> | undefined
  /** The earliest end of any entry held. */
  #earliest = Number.POSITIVE_INFINITY
  /** The same of the entries that this round has passed or that came during it. */
  #earliestPassed = Number.POSITIVE_INFINITY
  #visited = 0

  constructor(policy: Policy<K, Stored<V>>) {
    this.#policy = policy
  }

  /** Whether any entry can ever expire. */
  get watching(): boolean {
    return this.#earliest !== Number.POSITIVE_INFINITY
  }

  /** Takes notice of a value that was stored. */
  note(stored: Stored<V>): void {
    if (!canExpire(stored)) return
    const end = stored.storedAt + stored.ttl
    if (end < this.#earliest) this.#earliest = end
    if (end < this.#earliestPassed) this.#earliestPassed = end
  }

  /** Whether an entry can have expired. */
  due(now: number): boolean {
    return now >= this.#earliest
  }

  /** Looks at the next entry, and returns it if it has expired. */
  examine(now: number): readonly [key: K, stored: Stored<V>] | undefined {
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
    const [, stored] = entry
    if (isExpired(stored, now)) return entry
    if (canExpire(stored))
      this.#earliestPassed = Math.min(this.#earliestPassed, stored.storedAt + stored.ttl)
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
