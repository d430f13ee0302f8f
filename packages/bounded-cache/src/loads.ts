import { type Clock, invalidArgument } from '@cultus/core'
import { type CallerSignal, isSignal } from './abort-signal.ts'
import { Arrival, type ArrivalTerms, factsFor } from './arrival.ts'
import type { DumpRecord, LoadReport } from './dump.ts'
import { loadDump } from './load-dump.ts'
import type { Loader } from './loader.ts'
import { none } from './policies/slot-lists.ts'
import { type EntryFacts, type FetchOptions, factsOf, type SetOptions } from './set-options.ts'
import { type FlightLoader, SingleFlight } from './single-flight.ts'

/** How a cache loads. */
export interface LoadTerms<K, V> extends ArrivalTerms<K, V> {
  readonly maxLoads: number
  readonly staleWhileRevalidate: number
  /** Milliseconds, 0 for no such end. */
  readonly maxIdle: number
  readonly clock: Clock
  readonly usual: EntryFacts
}

/** Serves what a cache holds, and loads what it does not. */
export class Loads<K, V> {
  readonly flights: SingleFlight<K, V, Arrival<K, V>>
  readonly #terms: LoadTerms<K, V>

  constructor(terms: LoadTerms<K, V>) {
    this.#terms = terms
    this.flights = new SingleFlight(terms.maxLoads)
  }

  /**
   * The value under a key, loaded if it must be.
   *
   * @throws CultusError `CULTUS_INVALID_ARGUMENT` when `loader` is no function, `signal` no signal, `forceRefresh` not true
   * or false, or as `set` does; and the reason of a signal that was aborted before. Nothing was started then.
   */
  fetch(key: K, loader: Loader<K, V>, options?: FetchOptions): V | Promise<V> {
    const facts = factsOf(options, this.#terms.usual)
    if (typeof loader !== 'function') throw invalidArgument('loader', 'be a function', loader)
    const { signal, forceRefresh = false } = options ?? {}
    if (signal !== undefined && !isSignal(signal))
      throw invalidArgument('signal', 'be an AbortSignal', signal)
    if (typeof forceRefresh !== 'boolean')
      throw invalidArgument('forceRefresh', 'be true or false', forceRefresh)
    if (signal?.aborted === true) throw signal.reason
    if (forceRefresh) return this.#load(key, loader, facts, signal)
    const { store, counters, observations, staleWhileRevalidate } = this.#terms
    const slot = store.find(key)
    if (slot !== none) return store.use(slot)
    const stale = staleWhileRevalidate > 0 ? store.findWithin(key, staleWhileRevalidate) : none
    if (stale === none) {
      counters.misses += 1
      observations.pass()
      return this.#load(key, loader, facts, signal)
    }
    counters.hits += 1
    counters.staleHits += 1
    // No use of it: that would put off the end of what was not used for too long.
    const value = store.valueOf(stale)
    this.#refresh(key, loader, facts)
    return value
  }

  /**
   * The value under a key, made if it must be.
   *
   * @throws what `make` throws; CultusError `CULTUS_INVALID_ARGUMENT` when it is no function, or as `set` does.
   */
  getOrSet(key: K, make: (key: K) => V, options?: SetOptions): V {
    const facts = factsOf(options, this.#terms.usual)
    if (typeof make !== 'function') throw invalidArgument('make', 'be a function', make)
    const { store, counters } = this.#terms
    const slot = store.find(key)
    if (slot !== none) return store.use(slot)
    counters.misses += 1
    const value = make(key)
    // Before the value is stored: the listener of removals may start another load.
    if (this.flights.size !== 0) this.flights.overtake(key, value)
    store.put(key, value, factsFor(value, facts, this.#terms))
    return value
  }

  /**
   * Takes in the entries of a dump that are not held, not being loaded, and not over.
   *
   * @throws CultusError `CULTUS_INVALID_ARGUMENT` when it does not begin with a header of a dump; nothing was taken in.
   */
  loadDump(records: Iterable<DumpRecord<K, V>>): LoadReport {
    const { clock, ...target } = this.#terms
    return loadDump(records, { ...target, flights: this.flights, date: clock.date() })
  }

  #load(
    key: K,
    loader: Loader<K, V>,
    facts: EntryFacts,
    signal: CallerSignal | undefined,
  ): Promise<V> {
    const { counters } = this.#terms
    const shared = this.flights.join(key, signal)
    if (shared !== undefined) {
      counters.sharedLoads += 1
      return shared
    }
    counters.loads += 1
    const arrival = new Arrival(this.#terms, key, facts, false)
    return this.flights.start(key, this.#inform(loader, arrival), arrival, signal)
  }

  #refresh(key: K, loader: Loader<K, V>, facts: EntryFacts): void {
    if (this.flights.has(key)) return
    this.#terms.counters.refreshes += 1
    const arrival = new Arrival(this.#terms, key, facts, true)
    this.flights.refresh(key, this.#inform(loader, arrival), arrival)
  }

  /** A loader that is told what only the cache knows, when it has its turn. */
  #inform(loader: Loader<K, V>, arrival: Arrival<K, V>): FlightLoader<K, V> {
    const { store, clock } = this.#terms
    return async (key, { signal }) => {
      const start = clock.now()
      let outcome: 'loaded' | 'failed' = 'failed'
      try {
        const value = await loader(key, {
          signal,
          stale: store.held(key),
          keep: (options) => arrival.keep(options),
        })
        outcome = 'loaded'
        return value
      } finally {
        arrival.ended(outcome, clock.now() - start)
      }
    }
  }
}
