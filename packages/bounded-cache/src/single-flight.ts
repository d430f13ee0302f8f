type HostSignal = typeof globalThis extends { AbortSignal: { prototype: infer Signal } }
  ? Signal
  : { readonly aborted: boolean }

interface Host {
  AbortController: new () => { readonly signal: HostSignal; abort(reason?: unknown): void }
}

/** What a loader is told beside the key. */
export interface LoadContext {
  /** Aborted when nobody waits for the load any more: its key was set meanwhile, or the cache disposed. */
  readonly signal: HostSignal
}

/** Makes the value for a key. */
export type Loader<K, V> = (key: K, context: LoadContext) => V | PromiseLike<V>

interface Flight<V> {
  readonly promise: Promise<V>
  /** Whether what arrives may still be kept. */
  current: boolean
  /** Whether those who wait were given another value. */
  overtaken: boolean
  land(value: V): void
  abort(reason: string): void
}

/** What becomes of a load that was not overtaken. */
export interface Landing<V> {
  loaded(value: V): void
  failed(): void
}

/** Lets all who ask for a key while it is being loaded wait for the one load. */
export class SingleFlight<K, V> {
  readonly #flights = new Map<K, Flight<V>>()

  get size(): number {
    return this.#flights.size
  }

  /** The load of a key that is under way, if any. */
  join(key: K): Promise<V> | undefined {
    return this.#flights.get(key)?.promise
  }

  /** Loads a key that nobody is loading. */
  start(key: K, loader: Loader<K, V>, landing: Landing<V>): Promise<V> {
    const controller = new (globalThis as unknown as Host).AbortController()
    const { promise, resolve, reject } = deferred<V>()
    const flight: Flight<V> = {
      promise,
      current: true,
      overtaken: false,
      land: resolve,
      abort: (reason) => controller.abort(new Error(reason)),
    }
    this.#flights.set(key, flight)
    const load = async (): Promise<V> => loader(key, { signal: controller.signal })
    load().then(
      (value) => {
        resolve(value)
        if (this.#take(key, flight)) landing.loaded(value)
      },
      (error: unknown) => {
        reject(error)
        this.#take(key, flight)
        if (!flight.overtaken) landing.failed()
      },
    )
    return promise
  }

  /** Gives the waiting callers of a key the value that was set, and ends its load. */
  overtake(key: K, value: V): void {
    const flight = this.#flights.get(key)
    if (flight === undefined) return
    this.#take(key, flight)
    flight.overtaken = true
    flight.land(value)
    flight.abort('the key was set while it was being loaded')
  }

  /** Lets a load go on for those who wait for it, but not be kept nor joined. */
  disown(key: K): void {
    const flight = this.#flights.get(key)
    if (flight !== undefined) this.#take(key, flight)
  }

  /** {@link SingleFlight.disown} for every key. */
  disownAll(): void {
    for (const key of [...this.#flights.keys()]) this.disown(key)
  }

  /** Ends every load; who waits gets what the loader makes of that. */
  abortAll(): void {
    const flights = [...this.#flights.values()]
    this.disownAll()
    for (const flight of flights) flight.abort('the cache was disposed')
  }

  #take(key: K, flight: Flight<V>): boolean {
    if (!flight.current) return false
    flight.current = false
    this.#flights.delete(key)
    return true
  }
}

function deferred<V>(): {
  readonly promise: Promise<V>
  readonly resolve: (value: V) => void
  readonly reject: (error: unknown) => void
} {
  let resolve: (value: V) => void = () => {}
  let reject: (error: unknown) => void = () => {}
  const promise = new Promise<V>((onValue, onError) => {
    resolve = onValue
    reject = onError
  })
  return { promise, resolve, reject }
}
