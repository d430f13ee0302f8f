import type { Clock } from '@cultus/core'
import type { Bounds } from './bounds.ts'
import type { ResolvedOptions } from './options.ts'
import { RemovalReporter } from './removal.ts'
import type { EntryFacts } from './set-options.ts'
import { ceilingAfterAdding, type Shrinkable } from './shrink.ts'
import { EntrySizer } from './sizing.ts'
import type { Counters } from './stats.ts'
import type { EntryTable } from './table/entry-table.ts'
import { tableOf } from './table/table-of.ts'
import { unpinnedValue } from './unpinned.ts'

/** The most expired entries dropped at each addition: more than one, or they could pile up. */
const sweptAtOnce = 3

/** Stands for the value `undefined`, which a table takes for nothing. */
const undefinedValue: unique symbol = Symbol('undefined')

/** A value as a table holds it. */
export type Stored<V> = (V & (NonNullable<unknown> | null)) | typeof undefinedValue

/**
 * The entries of a cache, always inside its configured bounds.
 *
 * The listener of removals, the only code of the user that runs while the store changes, runs when it is in
 * order again.
 */
export class EntryStore<K, V> implements Shrinkable {
  readonly #table: EntryTable<K, Stored<V>>
  readonly #bounds: Bounds
  readonly #sizer: EntrySizer<K, V>
  readonly #counters: Counters
  readonly #removals: RemovalReporter<K, V> | undefined
  readonly #clock: Clock
  readonly #madeAt: number
  #closed = false

  constructor(options: ResolvedOptions<K, V>, bounds: Bounds, counters: Counters) {
    this.#bounds = bounds
    this.#sizer = new EntrySizer(options.name, options.sizeOf)
    this.#counters = counters
    this.#removals = options.onRemoval && new RemovalReporter(options.name, options.onRemoval)
    this.#clock = options.clock
    this.#madeAt = options.clock.now()
    this.#table = tableOf<K, Stored<V>>({
      ...options,
      makeRoom: (charge) => this.#makeRoom(charge),
      now: () => this.#now(),
    })
  }

  get size(): number {
    return this.#table.size
  }

  get bytes(): number {
    return this.#table.bytes
  }

  /** Whether it holds more than the bounds in force. */
  get over(): boolean {
    const { limitEntries, limitBytes } = this.#bounds
    return this.#table.size > limitEntries || this.#table.bytes > limitBytes
  }

  /** What can be served under a key, for {@link EntryStore.valueOf}; this counts as a use of it. */
  use(key: K): Stored<V> | undefined {
    const stored = this.#table.get(key)
    return stored === undefined ? this.#missed(key) : stored
  }

  /** What can be served under a key, for {@link EntryStore.valueOf}; this does not count as a use of it. */
  peek(key: K): Stored<V> | undefined {
    const stored = this.#table.peek(key)
    return stored === undefined ? this.#missed(key) : stored
  }

  valueOf(stored: Stored<V>): V {
    return stored === undefinedValue ? (undefined as V) : (stored as V)
  }

  /** Keeps a value, or refuses it. What was under the key is gone either way. */
  put(key: K, value: V, facts: EntryFacts): boolean {
    const { ttl, bytes, cost } = facts
    const charge = this.#sizer.measure(key, value, ttl > 0, bytes)
    if (this.#closed) return false
    const kept = ttl >= 0 && this.#bounds.admits(charge)
    if (this.#removals !== undefined) this.#reportPut(key, value, kept, ttl)
    if (kept) this.#keep(key, value, ttl, charge, cost)
    else {
      this.#table.take(key)
      if (ttl < 0) this.#counters.expirations += 1
      else this.#counters.refusals += 1
    }
    this.#sweep(sweptAtOnce)
    this.#removals?.flush()
    return kept
  }

  /** Takes out what can be served under a key, and returns whether there was such an entry. */
  delete(key: K): boolean {
    const stored = this.peek(key)
    if (stored === undefined) return false
    this.#table.take(key)
    this.#removals?.add(key, this.valueOf(stored), 'deleted')
    this.#removals?.flush()
    return true
  }

  /** Takes out everything. */
  empty(cause: 'deleted' | 'pressure'): void {
    if (cause === 'pressure') this.#countEvictions(this.#table.size, cause)
    if (this.#removals !== undefined) {
      for (const [key, stored] of this.#table.entries()) {
        this.#removals.add(key, this.valueOf(stored), cause)
      }
    }
    this.#table.clear()
    this.#removals?.flush()
  }

  /** Takes out everything, and takes in nothing any more. */
  close(): void {
    this.#closed = true
    this.empty('deleted')
  }

  /** Takes out what the configured bounds do not allow. */
  fitBounds(): void {
    this.#trim(this.#bounds.maxEntries, this.#bounds.maxBytes, 'evicted')
    this.compact()
    this.#removals?.flush()
  }

  /** Takes out one entry, expired if a few looks find such a one, else the one worth least; returns its bytes. */
  giveUp(): number | undefined {
    const held = this.#table.bytes
    if (this.#sweep(1) === 0 && !this.#evict('pressure')) return undefined
    const given = held - this.#table.bytes
    this.#removals?.flush()
    return given
  }

  /** Gives back memory that served entries which are gone, and returns whether there is more to give. */
  compact(): boolean {
    return this.#table.compact() === 'more'
  }

  /** The keys and values that can be served now, the one to be evicted last first. */
  fresh(): [K, V][] {
    const entries: [K, V][] = []
    for (const [key] of this.#table.entries()) {
      const stored = this.#table.peek(key)
      if (stored !== undefined) entries.push([key, this.valueOf(stored)])
    }
    return entries.reverse()
  }

  /**
   * Whole milliseconds since the store was made: V8 keeps small integers in the object itself, where other numbers
   * would each be an object. Both ends of an age are rounded down, so that no value is served too long.
   */
  #now(): number {
    return Math.floor(this.#clock.now() - this.#madeAt)
  }

  #keep(key: K, value: V, ttl: number, charge: number, cost: number): void {
    const { size, bytes } = this.#table
    const { maxEntries, maxBytes, limitEntries, limitBytes } = this.#bounds
    const stored = value === undefined ? undefinedValue : (unpinnedValue(value) as Stored<V>)
    this.#table.set(key, stored, charge, ttl, cost)
    this.#counters.sets += 1
    this.#trim(maxEntries, maxBytes, 'evicted')
    this.#trim(
      ceilingAfterAdding(size, 1, limitEntries),
      ceilingAfterAdding(bytes, charge, limitBytes),
      'pressure',
    )
  }

  /** Not less than pressure would have it: what that takes is counted apart. */
  #makeRoom(charge: number): void {
    const { maxEntries, maxBytes } = this.#bounds
    this.#trim(maxEntries - 1, maxBytes - charge, 'evicted')
  }

  #reportPut(key: K, value: V, kept: boolean, ttl: number): void {
    // What has expired is replaced all the same, and must be told of.
    const served = this.#table.peek(key)
    const old = served === undefined ? this.#table.take(key) : served
    // A value set again under its own key did not leave: who closes what leaves must not close it.
    if (old !== undefined && !Object.is(this.valueOf(old), value)) {
      this.#removals?.add(key, this.valueOf(old), 'replaced')
    }
    if (!kept) this.#removals?.add(key, value, ttl < 0 ? 'expired' : 'refused')
  }

  #trim(entries: number, bytes: number, cause: 'evicted' | 'pressure'): void {
    while (this.#table.size > entries || this.#table.bytes > bytes) {
      if (!this.#evict(cause)) return
    }
  }

  #evict(cause: 'evicted' | 'pressure'): boolean {
    const removals = this.#removals
    const tell =
      removals && ((key: K, stored: Stored<V>) => removals.add(key, this.valueOf(stored), cause))
    if (!this.#table.evict(tell)) return false
    this.#countEvictions(1, cause)
    return true
  }

  #countEvictions(count: number, cause: 'evicted' | 'pressure'): void {
    this.#counters.evictions += count
    if (cause === 'pressure') this.#counters.pressureEvictions += count
  }

  /** Takes out what has expired under a key that nothing can be served for. */
  #missed(key: K): undefined {
    if (!this.#table.expiring) return
    const stored = this.#table.take(key)
    if (stored === undefined) return
    this.#reportExpired(key, stored)
    this.#removals?.flush()
  }

  #sweep(most: number): number {
    if (!this.#table.expiring) return 0
    return this.#table.sweep(most, (key, stored) => this.#reportExpired(key, stored))
  }

  #reportExpired(key: K, stored: Stored<V>): void {
    this.#counters.expirations += 1
    this.#removals?.add(key, this.valueOf(stored), 'expired')
  }
}
