import type { Clock } from '@cultus/core'
import type { Bounds } from './bounds.ts'
import { Entry } from './entry.ts'
import { ExpirySweep, isExpired } from './expiry.ts'
import type { ResolvedOptions } from './options.ts'
import { policyNamed } from './policies/named.ts'
import type { Policy } from './policies/policy.ts'
import { type RemovalCause, RemovalReporter } from './removal.ts'
import { ceilingAfterAdding, type Shrinkable } from './shrink.ts'
import { EntrySizer } from './sizing.ts'
import type { Counters } from './stats.ts'

/** Entries looked at in search of expired ones at each step: more than one, or they could pile up. */
const looksPerStep = 3

/**
 * The entries of a cache, always inside its configured bounds.
 *
 * The listener of removals, the only code of the user that runs while the store changes, runs when it is in
 * order again.
 */
export class EntryStore<K, V> implements Shrinkable {
  readonly #policy: Policy<K, V>
  readonly #bounds: Bounds
  readonly #sizer: EntrySizer<K, V>
  readonly #sweep: ExpirySweep<K, V>
  readonly #counters: Counters
  readonly #removals: RemovalReporter<K, V> | undefined
  readonly #clock: Clock
  readonly #madeAt: number
  #bytes = 0
  #closed = false

  constructor(options: ResolvedOptions<K, V>, bounds: Bounds, counters: Counters) {
    this.#policy = policyNamed<K, V>(options.policy)
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
    return this.#bytes
  }

  /** Whether it holds more than the bounds in force. */
  get over(): boolean {
    const { limitEntries, limitBytes } = this.#bounds
    return this.#policy.size > limitEntries || this.#bytes > limitBytes
  }

  /** The entry that can be served under a key; this counts as a use of it. */
  use(key: K): Entry<K, V> | undefined {
    const entry = this.#policy.get(key)
    // Only an entry that can expire costs a reading of the clock.
    return entry === undefined || entry.ttl === 0 ? entry : this.#ifFresh(entry)
  }

  /** The entry that can be served under a key; this does not count as a use of it. */
  peek(key: K): Entry<K, V> | undefined {
    const entry = this.#policy.peek(key)
    return entry === undefined || entry.ttl === 0 ? entry : this.#ifFresh(entry)
  }

  /**
   * Keeps a value for `ttl` whole milliseconds (0: for ever; below: not at all), or refuses it. What was under the
   * key is gone either way.
   */
  put(key: K, value: V, ttl: number, bytes: number | undefined): boolean {
    const charge = this.#sizer.measure(key, value, bytes)
    if (this.#closed) return false
    const kept = ttl >= 0 && this.#bounds.admits(charge)
    const old = kept ? this.#policy.get(key) : this.#policy.peek(key)
    const held = this.#bytes
    const { size } = this.#policy
    const now = ttl > 0 || this.#sweep.watching ? this.#now() : 0
    if (!kept) this.#refuse(key, value, old, ttl)
    else {
      if (old === undefined) this.#add(new Entry(key, value, charge, now, ttl))
      else this.#overwrite(old, value, charge, now, ttl)
      this.#counters.sets += 1
      this.#fit(size, held, charge)
    }
    for (let look = 0; look < looksPerStep && this.#sweep.due(now); look++) this.#sweepOne(now)
    this.#removals?.flush()
    return kept
  }

  /** Takes out what can be served under a key, and returns whether there was such an entry. */
  delete(key: K): boolean {
    const entry = this.peek(key)
    if (entry === undefined) return false
    this.#remove(entry, 'deleted')
    this.#removals?.flush()
    return true
  }

  /** Takes out everything. */
  empty(cause: 'deleted' | 'pressure'): void {
    if (cause === 'pressure') this.#countEvictions(this.#policy.size, cause)
    if (this.#removals !== undefined) {
      for (const entry of this.#policy.entries()) this.#removals.add(entry.key, entry.value, cause)
    }
    this.#policy.clear()
    this.#sweep.restart()
    this.#bytes = 0
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
    const entry = this.#dropExpired() ?? this.#evict('pressure')
    this.#removals?.flush()
    return entry?.bytes
  }

  /** Gives back memory that served entries which are gone. */
  compact(): void {
    if (this.#policy.compact()) this.#sweep.restart()
  }

  /** The entries that can be served now, the one to be evicted last first. */
  fresh(): Entry<K, V>[] {
    const now = this.#now()
    return [...this.#policy.entries()].filter((entry) => !isExpired(entry, now)).reverse()
  }

  /**
   * Whole milliseconds since the store was made: V8 keeps small integers in the entry itself, where other numbers
   * would each be an object. Both ends of an age are rounded down, so that no entry is served too long.
   */
  #now(): number {
    return Math.floor(this.#clock.now() - this.#madeAt)
  }

  #ifFresh(entry: Entry<K, V>): Entry<K, V> | undefined {
    if (!isExpired(entry, this.#now())) return entry
    this.#remove(entry, 'expired')
    this.#removals?.flush()
    return undefined
  }

  #add(entry: Entry<K, V>): void {
    this.#policy.add(entry)
    this.#bytes += entry.bytes
    this.#sweep.note(entry)
  }

  #overwrite(entry: Entry<K, V>, value: V, bytes: number, now: number, ttl: number): void {
    // A value set again under its own key did not leave: who closes what leaves must not close it.
    if (!Object.is(entry.value, value)) this.#removals?.add(entry.key, entry.value, 'replaced')
    this.#bytes += bytes - entry.bytes
    entry.value = value
    entry.bytes = bytes
    entry.storedAt = now
    entry.ttl = ttl
    this.#sweep.note(entry)
  }

  #refuse(key: K, value: V, old: Entry<K, V> | undefined, ttl: number): void {
    if (old !== undefined && Object.is(old.value, value)) this.#takeOut(old)
    else if (old !== undefined) this.#remove(old, 'replaced')
    if (ttl < 0) this.#counters.expirations += 1
    else this.#counters.refusals += 1
    this.#removals?.add(key, value, ttl < 0 ? 'expired' : 'refused')
  }

  /** Makes room for what came in, given what was held before. */
  #fit(size: number, held: number, charge: number): void {
    const { maxEntries, maxBytes, limitEntries, limitBytes } = this.#bounds
    this.#trim(maxEntries, maxBytes, 'evicted')
    this.#trim(
      ceilingAfterAdding(size, 1, limitEntries),
      ceilingAfterAdding(held, charge, limitBytes),
      'pressure',
    )
  }

  #trim(entries: number, bytes: number, cause: 'evicted' | 'pressure'): void {
    while (this.#policy.size > entries || this.#bytes > bytes) {
      if (this.#evict(cause) === undefined) return
    }
  }

  #evict(cause: 'evicted' | 'pressure'): Entry<K, V> | undefined {
    const entry = this.#policy.evict()
    if (entry === undefined) return undefined
    this.#bytes -= entry.bytes
    this.#countEvictions(1, cause)
    this.#removals?.add(entry.key, entry.value, cause)
    return entry
  }

  #countEvictions(count: number, cause: 'evicted' | 'pressure'): void {
    this.#counters.evictions += count
    if (cause === 'pressure') this.#counters.pressureEvictions += count
  }

  #remove(entry: Entry<K, V>, cause: Exclude<RemovalCause, 'evicted' | 'pressure'>): void {
    this.#takeOut(entry)
    if (cause === 'expired') this.#counters.expirations += 1
    this.#removals?.add(entry.key, entry.value, cause)
  }

  #takeOut(entry: Entry<K, V>): void {
    this.#policy.delete(entry.key)
    this.#bytes -= entry.bytes
  }

  #dropExpired(): Entry<K, V> | undefined {
    if (!this.#sweep.watching) return undefined
    const now = this.#now()
    let dropped: Entry<K, V> | undefined
    for (let look = 0; look < looksPerStep && dropped === undefined; look++) {
      if (this.#sweep.due(now)) dropped = this.#sweepOne(now)
    }
    return dropped
  }

  #sweepOne(now: number): Entry<K, V> | undefined {
    const entry = this.#sweep.examine(now)
    if (entry === undefined || this.#policy.peek(entry.key) !== entry) return undefined
    this.#remove(entry, 'expired')
    return entry
  }
}
