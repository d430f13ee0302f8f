import { isolate, warnOnce } from '@cultus/core'

/**
 * Why a value is not in the cache any more, or never came in: `evicted` to stay inside the bound, `pressure` to
 * give memory back, `expired` by its time to live, `deleted` by the caller, `replaced` by a newer
 * value, `refused` because it is larger than one entry may be.
 */
export type RemovalCause = 'evicted' | 'expired' | 'deleted' | 'replaced' | 'refused' | 'pressure'

/** A value that the cache does not hold, and why. */
export interface Removal<K, V> {
  readonly key: K
  readonly value: V
  readonly cause: RemovalCause
}

const mostAnswers = 1_000

/** Who hears of removals. */
export interface RemovalListeners<K, V> {
  /** Whether there is anybody. */
  readonly heard: boolean
  /** What it returns is waited for, so that a listener that rejects is told of. */
  tell(removal: Removal<K, V>): unknown
}

/**
 * Tells listeners of removals, one after another, when the cache is in order again.
 *
 * A listener that removes more from inside its call is told of that afterwards, up to 1,000 times in a
 * row: one that puts back all it is told of would otherwise never come to an end.
 */
export class RemovalReporter<K, V> {
  readonly #listeners: RemovalListeners<K, V>
  readonly #place: string
  #pending: Removal<K, V>[] = []
  #telling = false

  constructor(cache: string, listeners: RemovalListeners<K, V>) {
    this.#listeners = listeners
    this.#place = `\`onRemoval\` of cache ${cache}`
  }

  /** Whether anybody listens: ask before {@link RemovalReporter.add}. */
  get heard(): boolean {
    return this.#listeners.heard
  }

  add(key: K, value: V, cause: RemovalCause): void {
    this.#pending.push({ key, value, cause })
  }

  flush(): void {
    if (this.#pending.length > 0 && !this.#telling) this.#tell()
  }

  #tell(): void {
    this.#telling = true
    for (let answers = 0; this.#pending.length > 0; ) {
      const batch = this.#pending
      this.#pending = []
      for (const removal of batch) isolate(this.#place, () => this.#listeners.tell(removal))
      answers += this.#pending.length
      if (answers > mostAnswers) {
        this.#pending = []
        warnOnce(
          'CULTUS_W_REMOVAL_LOOP',
          `${this.#place} caused more than ${mostAnswers} removals itself; the rest was not reported`,
          this.#place,
        )
      }
    }
    this.#telling = false
  }
}
