import {
  type Clock,
  type ConsumerUsage,
  type LevelRatios,
  type MemoryConsumer,
  numberOption,
  type ReleaseBudget,
  type ReleaseReport,
} from '@cultus/core'
import { assembled, type CacheParts } from './assembled.ts'
import { attach } from './attach.ts'
import type { DumpRecord, LoadReport } from './dump.ts'
import { type BoundedCacheEventName, type BoundedCacheEvents, resizeOf } from './events.ts'
import type { Loader } from './loader.ts'
import type { Loads } from './loads.ts'
import type { CacheRecommendation, RecommendOptions } from './observed/advice.ts'
import type { BoundedCacheOptions, CacheBounds } from './options.ts'
import { none } from './policies/slot-lists.ts'
import { resolveBounds, resolveOptions } from './resolve-options.ts'
import { type FetchOptions, factsOf, type SetOptions } from './set-options.ts'
import { releaseInSlices } from './shrink.ts'
import { type CacheStats, type Counters, statsOf, usageOf } from './stats.ts'
import type { EntryStore } from './store.ts'

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
  readonly #store: EntryStore<K, V>
  readonly #loads: Loads<K, V>
  readonly #counters: Counters
  readonly #parts: CacheParts<K, V>
  readonly #clock: Clock
  #detach: () => void

  /** @throws CultusError `CULTUS_INVALID_OPTION` */
  constructor(options: BoundedCacheOptions<K, V>) {
    const resolved = resolveOptions(options)
    const { name, role, ratios, clock } = resolved
    this.name = name
    if (role !== undefined) this.role = role
    this.ratios = ratios
    this.#clock = clock
    this.#parts = assembled(resolved)
    this.#store = this.#parts.store
    this.#loads = this.#parts.loads
    this.#counters = this.#parts.counters
    this.#detach = attach(this, resolved)
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
    return this.#store.use(slot)
  }

  /**
   * The value under a key; where there is none, what `make` returns, which is kept. What `make` throws is thrown, and nothing
   * kept.
   *
   * @throws CultusError `CULTUS_INVALID_ARGUMENT` when `make` is not a function, and for options that `set` refuses.
   */
  getOrSet(key: K, make: (key: K) => V, options?: SetOptions): V {
    return this.#loads.getOrSet(key, make, options)
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
   * @throws CultusError `CULTUS_INVALID_ARGUMENT` when `ttl` or `expiresAt` is no time, `cost` not a positive number, or
   * `tags` no array of non-empty strings; the cache is as it was.
   */
  set(key: K, value: V, options?: SetOptions): boolean {
    const facts = factsOf(options, this.#parts.usual)
    const { flights } = this.#loads
    // Before the value is stored: the listener of removals may start another load.
    if (flights.size !== 0) flights.overtake(key, value)
    this.#parts.observations.passSometimes()
    return this.#store.put(key, value, facts) > 0
  }

  /** Removes a key and returns whether it was held. A load of it that is under way is not kept. */
  delete(key: K): boolean {
    this.#loads.flights.disown(key)
    return this.#store.delete(key)
  }

  /**
   * Removes every entry that was set with a tag, and returns how many that were. Loads of such entries that are under way
   * are not kept.
   */
  deleteTag(tag: string): number {
    this.#loads.flights.disownWhere((arrival) => arrival.deletedTag(tag))
    return this.#store.deleteTag(tag)
  }

  /** Removes everything. Loads that are under way are not kept. */
  clear(): void {
    this.#loads.flights.disownAll()
    this.#store.empty('deleted')
    this.#parts.observations.sample?.clear()
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
   * An old value is served for a while past its end, if the cache was told so: `staleWhileRevalidate`, `staleIfError`.
   *
   * Rejects with `CULTUS_INVALID_ARGUMENT` when `loader` is not a function, for a `signal` that is none, and for options that
   * `set` refuses.
   */
  async fetch(key: K, loader: Loader<K, V>, options?: FetchOptions): Promise<V> {
    return this.#loads.fetch(key, loader, options)
  }

  /**
   * Changes the bounds; one that is not given stays. A lower one evicts at once, however long that takes: for
   * a large cache, lower the ratio with `setLimitRatio` and `release` first.
   *
   * @throws CultusError `CULTUS_INVALID_OPTION`; the cache is as it was.
   */
  resize(bounds: CacheBounds): void {
    const { maxEntries, maxBytes } = resolveBounds(bounds, this.#parts.bounds)
    this.#parts.bounds.resize(maxEntries, maxBytes)
    this.#store.fitBounds()
    this.#parts.observations.resized()
    this.#parts.events.tell('resized', () => resizeOf(this.#parts.bounds, 'caller'))
  }

  /** What the cache holds and has done. */
  stats(): CacheStats {
    return statsOf(this.#parts, this.#loads.flights)
  }

  /**
   * How large the cache should be, from the requests for a sample of the keys: what other bounds would come to, and the
   * smallest that comes within a point of what a much larger one would give.
   *
   * @throws CultusError `CULTUS_INVALID_OPTION` when `most` is no size.
   */
  recommend(options?: RecommendOptions): CacheRecommendation {
    return this.#parts.observations.recommend(this.size, this.bytes, options)
  }

  /** What every memory consumer tells of itself. */
  usage(): ConsumerUsage {
    return usageOf(this.#parts)
  }

  /**
   * Calls `listener` with every event of one kind, and returns a function that ends it.
   *
   * @throws CultusError `CULTUS_INVALID_ARGUMENT` for an unknown event or a listener that is no function.
   */
  on<N extends BoundedCacheEventName>(
    event: N,
    listener: (event: BoundedCacheEvents<K, V>[N]) => void,
  ): () => void {
    return this.#parts.events.on(event, listener)
  }

  /**
   * The entries that can be served now as plain records, for `load` of this cache or another: a header, then the entries, the next
   * to be evicted first. JSON can keep it where it can keep keys and values.
   */
  dump(): IterableIterator<DumpRecord<K, V>> {
    return this.#store.dump()
  }

  /**
   * Takes in what `dump` told, each entry with the time that is left to it. What the cache holds or is loading stays as it is, and
   * a record that is no entry is passed over and counted.
   *
   * @throws CultusError `CULTUS_INVALID_ARGUMENT` when it is no iterable that begins with the header of a dump; the cache
   * is as it was.
   */
  load(records: Iterable<DumpRecord<K, V>>): LoadReport {
    return this.#loads.loadDump(records)
  }

  /**
   * Sets the share of the configured bounds that may be used from now on. Evicts nothing: until a `release`, each
   * `set` takes a little more out than it adds.
   *
   * @throws CultusError `CULTUS_INVALID_OPTION` when it is not a number from 0 to 1.
   */
  setLimitRatio(ratio: number): void {
    const before = this.#parts.bounds.ratio
    this.#parts.bounds.ratio = numberOption('ratio', ratio, 0, 1)
    if (ratio !== before)
      this.#parts.events.tell('resized', () => resizeOf(this.#parts.bounds, 'pressure'))
  }

  /**
   * Evicts down to the bounds in force, and gives back what served entries that are gone, in slices between which the event
   * loop has its turn.
   *
   * Rejects with `CULTUS_INVALID_OPTION` when `slice` is not a number from 0.1 to 1000.
   */
  async release(budget?: ReleaseBudget): Promise<ReleaseReport> {
    const start = this.#clock.now()
    const report = await releaseInSlices(this.#store, this.#clock, budget)
    if (report.slices === 0) return report
    this.#parts.observations.released(report, this.#clock.now() - start)
    this.#parts.events.tell('released', () => report)
    return report
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
    this.#loads.flights.abortAll()
  }

  [Symbol.dispose](): void {
    this.dispose()
  }
}
