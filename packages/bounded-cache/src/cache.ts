import {
  type Clock,
  type ConsumerUsage,
  followPressure,
  invalidArgument,
  type LevelRatios,
  type MemoryConsumer,
  numberOption,
  type ReleaseBudget,
  type ReleaseReport,
} from '@cultus/core'
import { Bounds } from './bounds.ts'
import {
  type BoundedCacheOptions,
  type CacheBounds,
  resolveBounds,
  resolveOptions,
} from './options.ts'
import { none } from './policies/slot-lists.ts'
import { type EntryFacts, factsOf, type SetOptions, usualFacts } from './set-options.ts'
import { releaseInSlices } from './shrink.ts'
import { type Loader, SingleFlight } from './single-flight.ts'
import { type CacheStats, Counters, hitRatio, shownBound } from './stats.ts'
import { EntryStore } from './store.ts'

/**
 * A cache with a hard bound in entries and bytes that gives memory back when the process runs short.
 *
 * It registers itself with the registry and lives until `dispose`. A disposed cache stays empty: `get` misses,
 * `set` returns false, `fetch` loads without keeping. Any value can be cached, `undefined` included.
 *
 * @example
 * ```ts
 * const users = new BoundedCache<string, User>({ name: 'users', maxBytes: '64MiB', ttl: 300_000 })
 * const user = await users.fetch(id, (key, { signal }) => loadUser(key, signal))
 * ```
 */
export class BoundedCache<K, V> implements MemoryConsumer {
  readonly name: string
  readonly kind = 'cache'
  readonly role?: string
  readonly ratios: LevelRatios
  readonly #bounds: Bounds
  readonly #store: EntryStore<K, V>
  readonly #flights = new SingleFlight<K, V>()
  readonly #counters = new Counters()
  readonly #clock: Clock
  readonly #usual: EntryFacts
  #detach: () => void

  /** @throws CultusError `CULTUS_INVALID_OPTION` */
  constructor(options: BoundedCacheOptions<K, V>) {
    const resolved = resolveOptions(options)
    const { name, role, clock, bus, registry } = resolved
    this.name = name
    if (role !== undefined) this.role = role
    this.ratios = resolved.ratios
    this.#bounds = new Bounds(resolved.maxEntries, resolved.maxBytes, resolved.maxEntryShare)
    this.#store = new EntryStore(resolved, this.#bounds, this.#counters)
    this.#clock = clock
    this.#usual = usualFacts(resolved.ttl)
    const unregister = registry.register(this)
    this.#detach = unregister
    if (!resolved.followPressure) return
    const unfollow = followPressure(this, { bus, registry, clock })
    this.#detach = () => {
      unfollow()
      unregister()
    }
  }

  /** Entries held, those included that have expired and were not dropped yet. */
  get size(): number {
    return this.#store.size
  }

  /** Bytes the entries are charged with: keys, values and bookkeeping. */
  get bytes(): number {
    return this.#store.bytes
  }

  /** The value under a key, which counts as a use of it; `undefined` when there is none. */
  get(key: K): V | undefined {
    const slot = this.#store.find(key)
    if (slot === none) {
      this.#counters.misses += 1
      return undefined
    }
    this.#counters.hits += 1
    return this.#store.use(slot)
  }

  /** The value under a key, which counts neither as a use nor in the statistics. */
  peek(key: K): V | undefined {
    const slot = this.#store.find(key)
    return slot === none ? undefined : this.#store.valueOf(slot)
  }

  /** Whether a key can be served, which counts neither as a use nor in the statistics. */
  has(key: K): boolean {
    return this.#store.find(key) !== none
  }

  /**
   * Keeps a value under a key, evicting others for it, and returns whether it did. What was under the key before
   * is gone in either case. A load of the key that is under way is given up; who waits for it gets this value.
   *
   * @throws CultusError `CULTUS_INVALID_ARGUMENT` when `ttl` is not a number or `cost` not a positive one; the cache
   * is as it was.
   */
  set(key: K, value: V, options?: SetOptions): boolean {
    const facts = factsOf(options, this.#usual)
    // Before the value is stored: the listener of removals may start another load.
    if (this.#flights.size !== 0) this.#flights.overtake(key, value)
    return this.#store.put(key, value, facts)
  }

  /** Removes a key and returns whether it was held. A load of it that is under way is not kept. */
  delete(key: K): boolean {
    this.#flights.disown(key)
    return this.#store.delete(key)
  }

  /** Removes everything. Loads that are under way are not kept. */
  clear(): void {
    this.#flights.disownAll()
    this.#store.empty('deleted')
  }

  /** The keys, values and both that can be served when called, the one to be evicted last first. */
  *entries(): IterableIterator<[K, V]> {
    yield* this.#store.fresh()
  }

  /** The keys, in the order of `entries`. */
  *keys(): IterableIterator<K> {
    for (const [key] of this.#store.fresh()) yield key
  }

  /** The values, in the order of `entries`. */
  *values(): IterableIterator<V> {
    for (const [, value] of this.#store.fresh()) yield value
  }

  /** Calls `callback` with each value, in the order of `entries`. */
  forEach(callback: (value: V, key: K, cache: this) => void): void {
    for (const [key, value] of this.#store.fresh()) callback(value, key, this)
  }

  [Symbol.iterator](): IterableIterator<[K, V]> {
    return this.entries()
  }

  /**
   * The value under a key; where there is none, `loader` makes it and the cache keeps it.
   *
   * Callers of one key share one load. A load that fails is not remembered: all who wait get its error, the next
   * caller loads again. A `set` of the key during the load wins: its value is kept and is what the waiting
   * callers get. After a `delete` or `clear` they get what was loaded, but it is not kept. Eviction and pressure
   * never end a load. A loader that waits for a `fetch` of its own key waits for itself.
   *
   * Rejects with `CULTUS_INVALID_ARGUMENT` when `loader` is not a function, and for options that `set` refuses.
   */
  async fetch(key: K, loader: Loader<K, V>, options?: SetOptions): Promise<V> {
    const facts = factsOf(options, this.#usual)
    if (typeof loader !== 'function') throw invalidArgument('loader', 'be a function', loader)
    const slot = this.#store.find(key)
    if (slot !== none) {
      this.#counters.hits += 1
      return this.#store.use(slot)
    }
    this.#counters.misses += 1
    const shared = this.#flights.join(key)
    if (shared !== undefined) {
      this.#counters.sharedLoads += 1
      return shared
    }
    this.#counters.loads += 1
    return this.#flights.start(key, loader, {
      loaded: (value) => this.#store.put(key, value, facts),
      failed: () => {
        this.#counters.loadFailures += 1
      },
    })
  }

  /**
   * Changes the bounds; one that is not given stays. A lower one evicts at once, however long that takes: for
   * a large cache, lower the ratio with `setLimitRatio` and `release` first.
   *
   * @throws CultusError `CULTUS_INVALID_OPTION`; the cache is as it was.
   */
  resize(bounds: CacheBounds): void {
    const { maxEntries, maxBytes } = resolveBounds(bounds, this.#bounds)
    this.#bounds.resize(maxEntries, maxBytes)
    this.#store.fitBounds()
  }

  /** What the cache holds and has done. */
  stats(): CacheStats {
    const { maxEntries, maxBytes, ratio } = this.#bounds
    return {
      entries: this.size,
      bytes: this.bytes,
      maxEntries: shownBound(maxEntries),
      maxBytes: shownBound(maxBytes),
      limitRatio: ratio,
      hitRatio: hitRatio(this.#counters),
      ...this.#counters,
    }
  }

  /** What every memory consumer tells of itself. */
  usage(): ConsumerUsage {
    const { hits, misses, evictions } = this.#counters
    return {
      bytes: this.bytes,
      entries: this.size,
      limitBytes: shownBound(this.#bounds.maxBytes),
      limitEntries: shownBound(this.#bounds.maxEntries),
      hits,
      misses,
      evictions,
    }
  }

  /**
   * Sets the share of the configured bounds that may be used from now on. Evicts nothing: until a `release`, each
   * `set` takes a little more out than it adds.
   *
   * @throws CultusError `CULTUS_INVALID_OPTION` when it is not a number from 0 to 1.
   */
  setLimitRatio(ratio: number): void {
    this.#bounds.ratio = numberOption('ratio', ratio, 0, 1)
  }

  /**
   * Evicts down to the bounds in force, in slices between which the event loop has its turn.
   *
   * Rejects with `CULTUS_INVALID_OPTION` when `slice` is not a number from 0.1 to 1000.
   */
  release(budget?: ReleaseBudget): Promise<ReleaseReport> {
    return releaseInSlices(this.#store, this.#clock, budget)
  }

  /** Drops every entry, now. Loads that are under way are kept when they arrive. */
  purge(): void {
    this.#store.empty('pressure')
  }

  /** Empties the cache for good, leaves bus and registry, and aborts the loads that are under way. */
  dispose(): void {
    this.#detach()
    this.#detach = () => {}
    this.#store.close()
    this.#flights.abortAll()
  }

  [Symbol.dispose](): void {
    this.dispose()
  }
}
