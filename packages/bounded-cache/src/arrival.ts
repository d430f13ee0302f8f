import { isolate } from '@cultus/core'
import type { CacheEvents } from './events.ts'
import type { Observations } from './observations.ts'
import { none } from './policies/slot-lists.ts'
import { type EntryFacts, factsOf, type SetOptions, usualFacts } from './set-options.ts'
import type { Landing } from './single-flight.ts'
import type { Counters } from './stats.ts'
import type { EntryStore } from './store.ts'

/** What a cache does with everything that is loaded for it. */
export interface ArrivalTerms<K, V> {
  readonly store: EntryStore<K, V>
  readonly counters: Counters
  readonly events: CacheEvents<K, V>
  readonly observations: Observations<K>
  readonly name: string
  /** Whether the policy asks what it costs to make a value. */
  readonly byCost: boolean
  readonly staleIfError: number
  readonly negativeTtl: number | undefined
  readonly isNegative: (value: V) => boolean
}

type NegativeTerms<V> = Pick<ArrivalTerms<never, V>, 'name' | 'negativeTtl' | 'isNegative'>

/** Takes the result of one load into a cache. */
export class Arrival<K, V> implements Landing<V> {
  readonly #terms: ArrivalTerms<K, V>
  readonly #key: K
  readonly #isRefresh: boolean
  #facts: EntryFacts
  #isTimeKept = false
  /** How long the loader took, in milliseconds. */
  #duration = 0
  /** Tags that were deleted while it was loaded. */
  #deleted: Set<string> | undefined

  constructor(terms: ArrivalTerms<K, V>, key: K, facts: EntryFacts, isRefresh: boolean) {
    this.#terms = terms
    this.#key = key
    this.#facts = facts
    this.#isRefresh = isRefresh
  }

  /** What the loader says of the value. */
  keep(options: SetOptions): void {
    this.#facts = factsOf(options, this.#facts)
    this.#isTimeKept ||= options.ttl !== undefined || options.expiresAt !== undefined
  }

  /** The loader came to an end, after so many milliseconds. */
  ended(outcome: 'loaded' | 'failed', duration: number): void {
    this.#duration = duration
    this.#terms.observations.loaded(this.#key, outcome, duration)
  }

  /** Takes note of a tag that is deleted, and returns whether the value is known to carry it. */
  deletedTag(tag: string): boolean {
    // The loader may say later that it does.
    this.#deleted ??= new Set()
    this.#deleted.add(tag)
    return this.#facts.tags?.includes(tag) === true
  }

  loaded(value: V): void {
    const facts = this.#isTimeKept ? this.#facts : factsFor(value, this.#facts, this.#terms)
    const isDeleted = facts.tags?.some((tag) => this.#deleted?.has(tag)) === true
    if (isDeleted) return
    const { store, observations, byCost } = this.#terms
    const duration = this.#duration
    const isCostly = byCost && facts.cost === undefined && duration > 0
    const charge = store.put(this.#key, value, isCostly ? { ...facts, cost: duration } : facts)
    observations.kept(charge, duration)
  }

  failed(error: unknown): void {
    const { counters, events } = this.#terms
    if (this.#isRefresh) counters.refreshFailures += 1
    else counters.loadFailures += 1
    const name = this.#isRefresh ? 'refreshFailed' : 'loadFailed'
    events.tell(name, () => ({ key: this.#key, error }))
  }

  fallback(): { readonly value: V } | undefined {
    const { store, counters, staleIfError } = this.#terms
    if (staleIfError === 0) return undefined
    // As it is now: what was evicted meanwhile may have been closed.
    const slot = store.findWithin(this.#key, staleIfError)
    if (slot === none) return undefined
    counters.staleHits += 1
    return { value: store.valueOf(slot) }
  }
}

/** The facts of a value that was made for the cache: one that says that there is none may have its own time. */
export function factsFor<V>(
  value: V,
  facts: EntryFacts,
  { name, negativeTtl, isNegative }: NegativeTerms<V>,
): EntryFacts {
  if (negativeTtl === undefined) return facts
  const isNone = isolate(`\`isNegative\` of cache ${name}`, () => isNegative(value))
  if (isNone !== true) return facts
  return { ...facts, ttl: usualFacts(negativeTtl).ttl, expiresAt: undefined }
}
