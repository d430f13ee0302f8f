import type { CallerSignal, HostSignal } from './abort-signal.ts'
import { Flight } from './flight.ts'
import { LoadQueue } from './load-queue.ts'

/** What a flight is told beside the key. */
export interface FlightContext {
  /**
   * Aborted when nobody waits for the load any more: its key was set meanwhile, the last caller gave up, or the cache
   * was disposed.
   */
  readonly signal: HostSignal
}

/** Makes the value for a key. */
export type FlightLoader<K, V> = (key: K, context: FlightContext) => V | PromiseLike<V>

/** What becomes of a load. Its methods must not throw. */
export interface Landing<V> {
  /** Keeps what arrived; not called when the key was set or deleted meanwhile. */
  loaded(value: V): void
  /** Takes note of an error of the loader; not called when the load was aborted, for then it did not fail. */
  failed(error: unknown): void
  /**
   * What those who wait are given in place of the error, if anything; called after `failed`, and not when the key was
   * deleted meanwhile.
   */
  fallback?(): { readonly value: V } | undefined
}

/**
 * Lets all who ask for a key while it is being loaded wait for the one load, and so many loads go on at once.
 *
 * A load that was aborted goes on to count until its loader comes to an end: it may not heed its signal.
 */
export class SingleFlight<K, V, L extends Landing<V> = Landing<V>> {
  /** Those that can be joined. */
  readonly #current = new Map<K, Flight<K, V, L>>()
  /** All that have not come to an end. */
  readonly #all = new Set<Flight<K, V, L>>()
  readonly #queue: LoadQueue
  readonly #abandon = (flight: Flight<K, V, L>, reason: unknown): void =>
    this.#cancel(flight, reason)

  /** `maxLoads` is a positive integer, or `Infinity`. */
  constructor(maxLoads: number = Number.POSITIVE_INFINITY) {
    this.#queue = new LoadQueue(maxLoads)
  }

  /** How many keys are being loaded, or wait to be. */
  get size(): number {
    return this.#current.size
  }

  /** How many loaders are at work. */
  get loading(): number {
    return this.#queue.begun
  }

  /** How many loads wait for their turn. */
  get waiting(): number {
    return this.#queue.waiting
  }

  /** Whether a key is being loaded, or waits to be. */
  has(key: K): boolean {
    return this.#current.has(key)
  }

  /** Waits for the load of a key that is under way, if there is one. */
  join(key: K, signal?: CallerSignal): Promise<V> | undefined {
    const flight = this.#current.get(key)
    if (flight === undefined) return undefined
    return signal?.aborted === true ? Promise.reject(signal.reason) : flight.wait(signal)
  }

  /** Loads a key that nobody is loading, and waits for it. A caller that aborts does not wait any more. */
  start(key: K, loader: FlightLoader<K, V>, landing: L, signal?: CallerSignal): Promise<V> {
    if (signal?.aborted === true) return Promise.reject(signal.reason)
    const flight = this.#add(key, landing, false)
    // Before the loader is called: it may abort, or ask for its own key.
    const answer = flight.wait(signal)
    this.#enter(flight, loader)
    return answer
  }

  /** Loads a key that nobody is loading, though nobody waits for it. */
  refresh(key: K, loader: FlightLoader<K, V>, landing: L): void {
    this.#enter(this.#add(key, landing, true), loader)
  }

  /** Gives the waiting callers of a key the value that was set, and ends its load. */
  overtake(key: K, value: V): void {
    const flight = this.#current.get(key)
    if (flight === undefined) return
    flight.answer(value)
    this.#cancel(flight, new Error('the key was set while it was being loaded'))
  }

  /**
   * Lets the load of a key go on for those who wait for it, but not be kept nor joined, and ends one that nobody waits
   * for. A load that waits for its turn stays as it is, for it begins after whatever this is called for.
   */
  disown(key: K): void {
    const flight = this.#current.get(key)
    if (flight !== undefined) this.#disown(flight)
  }

  /** {@link SingleFlight.disown} for every key. */
  disownAll(): void {
    for (const flight of [...this.#current.values()]) this.#disown(flight)
  }

  /** {@link SingleFlight.disown} for every key whose landing passes a test, which only loads that it concerns are put to. */
  disownWhere(test: (landing: L) => boolean): void {
    for (const flight of [...this.#current.values()]) {
      const isUntouched = !flight.begun && flight.awaited
      if (!isUntouched && test(flight.landing)) this.#disown(flight)
    }
  }

  /** Ends every load; who waits gets what the loader makes of that, or the reason where it was not called yet. */
  abortAll(): void {
    for (const flight of [...this.#all]) {
      const reason = new Error('the cache was disposed')
      if (!flight.begun) flight.refuse(reason)
      this.#cancel(flight, reason)
    }
  }

  #add(key: K, landing: L, background: boolean): Flight<K, V, L> {
    const flight = new Flight<K, V, L>(key, landing, background, this.#abandon)
    this.#current.set(key, flight)
    this.#all.add(flight)
    return flight
  }

  #enter(flight: Flight<K, V, L>, loader: FlightLoader<K, V>): void {
    const leave = this.#queue.enter(() => {
      flight.begun = true
      const load = async (): Promise<V> => loader(flight.key, { signal: flight.signal })
      load().then(
        (value) => this.#arrive(flight, value),
        (error: unknown) => this.#fail(flight, error),
      )
    })
    flight.leaveQueue = () => {
      this.#all.delete(flight)
      leave()
    }
  }

  #arrive(flight: Flight<K, V, L>, value: V): void {
    const isKept = this.#release(flight)
    flight.answer(value)
    if (isKept) flight.landing.loaded(value)
    flight.leaveQueue()
  }

  #fail(flight: Flight<K, V, L>, error: unknown): void {
    const isCurrent = this.#release(flight)
    if (!flight.aborted) flight.landing.failed(error)
    const instead = isCurrent ? flight.landing.fallback?.() : undefined
    if (instead === undefined) flight.refuse(error)
    else flight.answer(instead.value)
    flight.leaveQueue()
  }

  #disown(flight: Flight<K, V, L>): void {
    // What it was to keep fresh is gone.
    flight.background = false
    if (!flight.wanted)
      this.#cancel(flight, new Error('the key was deleted while it was being loaded'))
    else if (flight.begun) this.#release(flight)
  }

  /** Ends a load as far as that can be done: a loader that was called may go on. */
  #cancel(flight: Flight<K, V, L>, reason: unknown): void {
    this.#release(flight)
    // Before it is aborted: who listens to that may start loads, for which there is room now.
    if (!flight.begun) flight.leaveQueue()
    flight.abort(reason)
  }

  /** Lets nobody join any more, and returns whether anybody could. */
  #release(flight: Flight<K, V, L>): boolean {
    if (!flight.current) return false
    flight.current = false
    this.#current.delete(flight.key)
    return true
  }
}
