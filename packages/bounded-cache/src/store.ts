import type { Clock } from '@cultus/core'
import type { Bounds } from './bounds.ts'
import { canExpire, ExpirySweep, isExpired } from './expiry.ts'
import type { ResolvedOptions } from './options.ts'
import { policyNamed } from './policies/named.ts'
import type { Policy } from './policies/policy.ts'
import { type RemovalCause, RemovalReporter } from './removal.ts'
import { ceilingAfterAdding, type Shrinkable } from './shrink.ts'
import { EntrySizer } from './sizing.ts'
import type { Counters } from './stats.ts'
import { type Stored, unwrap, Wrapped } from './wrapped.ts'

/** Entries looked at in search of expired ones at each step: more than one, or they could pile up. */
const looksPerStep = 3

/**
 * The entries of a cache, always inside its configured bounds.
 *
 * The listener of removals, the only code of the user that runs while the store changes, runs when it is in
 * order again.
 */
export class EntryStore<K, V> implements Shrinkable {
  readonly #policy: Policy<K, Stored<V>>
  readonly #bounds: Bounds
  readonly #sizer: EntrySizer<K, V>
  readonly #sweep: ExpirySweep<K, V>
  readonly #counters: Counters
  readonly #removals: RemovalReporter<K, V> | undefined
  readonly #clock: Clock
  readonly #madeAt: number
  /** Whether no value was ever wrapped, so that none needs to be looked at. */
  #bare = true
  #closed = false

  constructor(options: ResolvedOptions<K, V>, bounds: Bounds, counters: Counters) {
    this.#policy = policyNamed<K, Stored<V>>(options.policy)
    this.#bounds = bounds
    this.#sizer = new EntrySizer(options.name, options.sizeOf)
    this.#sweep = new ExpirySweep(this.#policy)
    this.#counters = counters
    this.#removals = options.onRemoval && new RemovalReporter(options.name, options.onRemoval)
    this.#clock = options.clock
    this.#madeAt = options.clock.now()
  }

  get size(): number {
    return this.#policy.size
  }

  get bytes(): number {
    return this.#policy.bytes
  }

  /** Whether it holds more than the bounds in force. */
  get over(): boolean {
    const { limitEntries, limitBytes } = this.#bounds
    return this.#policy.size > limitEntries || this.#policy.bytes > limitBytes
  }

  /** What can be served under a key, for {@link EntryStore.valueOf}; this counts as a use of it. */
  use(key: K): Stored<V> | undefined {
    const stored = this.#policy.get(key)
    return this.#bare || stored === undefined ? stored : this.#ifFresh(key, stored)
  }

  /** What can be served under a key, for {@link EntryStore.valueOf}; this does not count as a use of it. */
  peek(key: K): Stored<V> | undefined {
    const stored = this.#policy.peek(key)
    return this.#bare || stored === undefined ? stored : this.#ifFresh(key, stored)
  }

  valueOf(stored: Stored<V>): V {
    return this.#bare ? (stored as V) : unwrap(stored)
  }

  /**
   * Keeps a value for `ttl` whole milliseconds (0: for ever; below: not at all), or refuses it. What was under the
   * key is gone either way.
   */
  put(key: K, value: V, ttl: number, given: number | undefined): boolean {
    const charge = this.#sizer.measure(key, value, ttl > 0, given)
    if (this.#closed) return false
    const kept = ttl >= 0 && this.#bounds.admits(charge)
    const now = ttl > 0 || this.#sweep.watching ? this.#now() : 0
    if (this.#removals !== undefined) this.#reportPut(key, value, kept, ttl)
    if (kept) this.#keep(key, value, ttl, now, charge)
    else {
      this.#policy.delete(key)
      if (ttl < 0) this.#counters.expirations += 1
      else this.#counters.refusals += 1
    }
    for (let look = 0; look < looksPerStep && this.#sweep.due(now); look++) this.#sweepOne(now)
    this.#removals?.flush()
    return kept
  }

  /** Takes out what can be served under a key, and returns whether there was such an entry. */
  delete(key: K): boolean {
    const stored = this.peek(key)
    if (stored === undefined) return false
    this.#remove(key, stored, 'deleted')
    this.#removals?.flush()
    return true
  }

  /** Takes out everything. */
  empty(cause: 'deleted' | 'pressure'): void {
    if (cause === 'pressure') this.#countEvictions(this.#policy.size, cause)
    if (this.#removals !== undefined) {
      for (const [key, stored] of this.#policy.entries()) {
        this.#removals.add(key, unwrap(stored), cause)
      }
    }
    this.#policy.clear()
    this.#sweep.restart()
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
    const held = this.#policy.bytes
    if (!this.#dropExpired() && !this.#evict('pressure')) return undefined
    const given = held - this.#policy.bytes
    this.#removals?.flush()
    return given
  }

  /** Gives back memory that served entries which are gone. */
  compact(): void {
    if (this.#policy.compact()) this.#sweep.restart()
  }

  /** The keys and values that can be served now, the one to be evicted last first. */
  fresh(): [K, V][] {
    const now = this.#now()
    const entries: [K, V][] = []
    for (const [key, stored] of this.#policy.entries()) {
      if (!isExpired(stored, now)) entries.push([key, unwrap(stored)])
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

  #ifFresh(key: K, stored: Stored<V>): Stored<V> | undefined {
    if (!canExpire(stored) || !isExpired(stored, this.#now())) return stored
    this.#remove(key, stored, 'expired')
    this.#removals?.flush()
    return undefined
  }

  #keep(key: K, value: V, ttl: number, now: number, charge: number): void {
    const { size, bytes } = this.#policy
    const { maxEntries, maxBytes, limitEntries, limitBytes } = this.#bounds
    let stored: Stored<V>
    if (ttl === 0 && value !== undefined) stored = value as Stored<V>
    else {
      stored = new Wrapped(value, now, ttl)
      this.#bare = false
      this.#sweep.note(stored)
    }
    this.#policy.set(key, stored, charge)
    this.#counters.sets += 1
    this.#trim(maxEntries, maxBytes, 'evicted')
    this.#trim(
      ceilingAfterAdding(size, 1, limitEntries),
      ceilingAfterAdding(bytes, charge, limitBytes),
      'pressure',
    )
  }

  #reportPut(key: K, value: V, kept: boolean, ttl: number): void {
    const old = this.#policy.peek(key)
    // A value set again under its own key did not leave: who closes what leaves must not close it.
    if (old !== undefined && !Object.is(unwrap(old), value)) {
      this.#removals?.add(key, unwrap(old), 'replaced')
    }
    if (!kept) this.#removals?.add(key, value, ttl < 0 ? 'expired' : 'refused')
  }

  #trim(entries: number, bytes: number, cause: 'evicted' | 'pressure'): void {
    while (this.#policy.size > entries || this.#policy.bytes > bytes) {
      if (!this.#evict(cause)) return
    }
  }

  #evict(cause: 'evicted' | 'pressure'): boolean {
    const next = this.#removals && this.#policy.next()
    if (!this.#policy.evict()) return false
    this.#countEvictions(1, cause)
    if (next !== undefined) this.#removals?.add(next[0], unwrap(next[1]), cause)
    return true
  }

  #countEvictions(count: number, cause: 'evicted' | 'pressure'): void {
    this.#counters.evictions += count
    if (cause === 'pressure') this.#counters.pressureEvictions += count
  }

  #remove(key: K, stored: Stored<V>, cause: Extract<RemovalCause, 'expired' | 'deleted'>): void {
    this.#policy.delete(key)
    if (cause === 'expired') this.#counters.expirations += 1
    this.#removals?.add(key, unwrap(stored), cause)
  }

  #dropExpired(): boolean {
    if (!this.#sweep.watching) return false
    const now = this.#now()
    for (let look = 0; look < looksPerStep && this.#sweep.due(now); look++) {
      if (this.#sweepOne(now)) return true
    }
    return false
  }

  #sweepOne(now: number): boolean {
    const found = this.#sweep.examine(now)
    if (found === undefined || this.#policy.peek(found[0]) !== found[1]) return false
    this.#remove(found[0], found[1], 'expired')
    return true
  }
}
