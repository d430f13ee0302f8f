import type { Clock } from '@cultus/core'
import type { Bounds } from './bounds.ts'
import type { DumpRecord } from './dump.ts'
import { dumpEntries } from './dump-entries.ts'
import type { EvictionsByCause } from './observed/eviction-counts.ts'
import type { RequestSample } from './observed/request-sample.ts'
import { none } from './policies/slot-lists.ts'
import { type RemovalCause, type RemovalListeners, RemovalReporter } from './removal.ts'
import type { ResolvedOptions } from './resolve-options.ts'
import { type EntryFacts, factsAt } from './set-options.ts'
import { ceilingAfterAdding, type Shrinkable } from './shrink.ts'
import { EntrySizer } from './sizing.ts'
import type { Counters } from './stats.ts'
import { SlotTable } from './table/slot-table.ts'
import { unpinnedKey, unpinnedValue } from './unpinned.ts'

/** The most expired entries dropped at each addition: more than one, or they could pile up. */
const sweptAtOnce = 3

type EvictionCause = keyof EvictionsByCause

/** What a store is made of. */
export interface StoreParts<K, V> {
  readonly options: ResolvedOptions<K, V>
  readonly bounds: Bounds
  readonly counters: Counters
  readonly listeners: RemovalListeners<K, V>
  readonly sample: RequestSample | undefined
}

/**
 * The entries of a cache, always inside its configured bounds.
 *
 * The listeners of removals, the only code of the user that runs while the store changes, run when it is in
 * order again. Slots are good until the next change of the store.
 */
export class EntryStore<K, V> implements Shrinkable {
  readonly #table: SlotTable<K, V>
  readonly #bounds: Bounds
  readonly #sizer: EntrySizer<K, V>
  readonly #counters: Counters
  readonly #removals: RemovalReporter<K, V>
  readonly #clock: Clock
  readonly #grace: number
  /** Whether an entry is charged with all that it keeps, so that it must keep nothing else. */
  readonly #isCharged: boolean
  #closed = false

  constructor({ options, bounds, counters, listeners, sample }: StoreParts<K, V>) {
    const { name, policy, maxEntries, maxBytes, clock, staleWhileRevalidate, staleIfError } =
      options
    this.#bounds = bounds
    this.#isCharged = maxBytes !== Number.POSITIVE_INFINITY
    this.#sizer = new EntrySizer(name, this.#isCharged, options.sizeOf)
    this.#counters = counters
    this.#clock = clock
    this.#removals = new RemovalReporter(name, listeners)
    this.#grace = Math.max(staleWhileRevalidate, staleIfError)
    const madeAt = clock.now()
    this.#table = new SlotTable<K, V>({
      policy,
      byBytes: this.#isCharged,
      mostEntries: maxEntries,
      seed: Math.floor(Math.random() * 2 ** 32),
      // Since then, so that V8 keeps it as a small integer. Both ends of an age are rounded down, so that no value is
      // served too long.
      now: () => Math.floor(clock.now() - madeAt),
      expiry: { idle: options.maxIdle, grace: this.#grace },
      counters,
      sample,
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

  /** Where the entry lies that can be served under a key, or `none`. */
  find(key: K): number {
    const slot = this.#table.find(key)
    if (slot === none || !this.#table.facts.isExpired(slot)) return slot
    if (this.#grace === 0 || this.#table.facts.left(slot) <= -this.#grace) {
      this.#drop(slot, 'expired')
      this.#removals.flush()
    }
    return none
  }

  /** The same, or where the entry lies whose time has been up for less than so many milliseconds. */
  findWithin(key: K, window: number): number {
    const slot = this.#table.find(key)
    if (slot === none || !this.#table.facts.isExpired(slot)) return slot
    return this.#table.facts.left(slot) > -window ? slot : none
  }

  /** The value that is held under a key, however old, which does not count as a use of it. */
  held(key: K): V | undefined {
    const slot = this.#table.find(key)
    return slot === none ? undefined : this.#table.valueOf(slot)
  }

  /** Counts a hit and a use of an entry, and returns its value. */
  use(slot: number): V {
    this.#counters.hits += 1
    return this.#table.use(slot)
  }

  valueOf(slot: number): V {
    return this.#table.valueOf(slot)
  }

  /** Keeps a value, or refuses it; returns what it is charged with, or 0. What was under the key is gone either way. */
  put(key: K, value: V, given: EntryFacts): number {
    const charge = this.#sizer.measure(key, value, given)
    if (this.#closed) return 0
    const facts = given.expiresAt === undefined ? given : factsAt(given, this.#clock.date())
    const kept = facts.ttl >= 0 && this.#bounds.admits(charge)
    const slot = this.#table.findToSet(key)
    if (slot !== none && this.#removals.heard) this.#reportReplaced(slot, value)
    let isHeld = false
    if (kept) isHeld = this.#keep(slot, key, value, charge, facts)
    else this.#refuse(slot, key, value, facts.ttl < 0 ? 'expired' : 'refused')
    if (this.#table.facts.expiry !== undefined) this.#sweep(sweptAtOnce)
    this.#removals.flush()
    return isHeld ? charge : 0
  }

  /** Takes out what can be served under a key, and returns whether there was such an entry. */
  delete(key: K): boolean {
    const slot = this.#table.find(key)
    if (slot === none) return false
    const isExpired = this.#table.facts.isExpired(slot)
    this.#drop(slot, isExpired ? 'expired' : 'deleted')
    this.#removals.flush()
    return !isExpired
  }

  /** Takes out what carries a tag, and returns how many of these entries could be served. */
  deleteTag(tag: string): number {
    let served = 0
    for (const slot of this.#table.facts.tags?.slotsOf(tag) ?? []) {
      const isExpired = this.#table.facts.isExpired(slot)
      if (!isExpired) served += 1
      this.#drop(slot, isExpired ? 'expired' : 'deleted')
    }
    this.#removals.flush()
    return served
  }

  /** Takes out everything. */
  empty(cause: 'deleted' | 'pressure'): void {
    if (cause === 'pressure') this.#counters.byCause.pressure += this.#table.size
    if (this.#removals.heard) for (const slot of this.#table.order()) this.#report(slot, cause)
    this.#table.clear()
    this.#removals.flush()
  }

  /** Takes out everything, and takes in nothing any more. */
  close(): void {
    this.#closed = true
    this.empty('deleted')
  }

  /** Takes out what the configured bounds do not allow. */
  fitBounds(): void {
    this.#trim(this.#bounds.maxEntries, this.#bounds.maxBytes, 'resize')
    while (this.compact()) {}
    this.#removals.flush()
  }

  /** Takes out one entry, expired if a few looks find such a one, else the one worth least; returns its bytes. */
  giveUp(): number | undefined {
    const held = this.#table.bytes
    if (this.#sweep(1) === 0 && !this.#evict('pressure')) return undefined
    const given = held - this.#table.bytes
    this.#removals.flush()
    return given
  }

  get sparse(): boolean {
    return this.#table.sparse
  }

  /** Gives back memory that served entries which are gone, and returns whether there is more to give. */
  compact(): boolean {
    return this.#table.compact() === 'more'
  }

  /** The keys and values that can be served now, the one to be evicted last first. */
  fresh(): [K, V][] {
    const table = this.#table
    const entries: [K, V][] = []
    for (const slot of table.order()) {
      if (!table.facts.isExpired(slot)) entries.push([table.keyOf(slot), table.valueOf(slot)])
    }
    return entries.reverse()
  }

  /** What `load` takes in again. */
  dump(): IterableIterator<DumpRecord<K, V>> {
    return dumpEntries(this.#table, this.#clock.date(), () => this.#clock.now())
  }

  /**
   * Makes room before it comes in: a policy must not choose the entry that the room is for. It may choose one that was
   * held and is larger now, and then it is not: returns whether it is held.
   */
  #keep(slot: number, key: K, value: V, charge: number, facts: EntryFacts): boolean {
    const { ttl, cost = 1, tags, idleFor } = facts
    const table = this.#table
    const { size, bytes } = table
    const { maxEntries, maxBytes, limitEntries, limitBytes, ratio } = this.#bounds
    const held = this.#isCharged ? unpinnedValue(value) : value
    let at = slot
    if (slot === none) {
      this.#trim(maxEntries - 1, maxBytes - charge, 'bound')
      this.#counters.additions += 1
      at = table.add(this.#isCharged ? unpinnedKey(key) : key, held, charge, ttl, cost)
    } else table.replace(slot, held, charge, ttl, cost)
    table.facts.setTags(at, tags)
    if (idleFor > 0) table.facts.expiry?.backdate(at, idleFor)
    this.#counters.sets += 1
    if (slot !== none) this.#trim(maxEntries, maxBytes, 'bound')
    if (ratio !== 1)
      this.#trim(
        ceilingAfterAdding(size, 1, limitEntries),
        ceilingAfterAdding(bytes, charge, limitBytes),
        'pressure',
      )
    return table.holds(at)
  }

  #refuse(slot: number, key: K, value: V, cause: 'expired' | 'refused'): void {
    if (slot !== none) this.#table.remove(slot)
    if (this.#removals.heard) this.#removals.add(key, value, cause)
    if (cause === 'expired') this.#counters.expirations += 1
    else this.#counters.refusals += 1
  }

  #reportReplaced(slot: number, value: V): void {
    // A value set again under its own key did not leave: who closes what leaves must not close it.
    if (!Object.is(this.valueOf(slot), value)) this.#report(slot, 'replaced')
  }

  #trim(entries: number, bytes: number, cause: EvictionCause): void {
    const table = this.#table
    while (table.size > entries || table.bytes > bytes) {
      if (!this.#evict(cause)) return
    }
  }

  #evict(cause: EvictionCause): boolean {
    const slot = this.#table.victim()
    if (slot === none) return false
    if (this.#removals.heard) this.#report(slot, cause === 'pressure' ? 'pressure' : 'evicted')
    this.#table.vacate(slot)
    this.#counters.byCause[cause] += 1
    return true
  }

  #sweep(most: number): number {
    let taken = 0
    for (; taken < most; taken++) {
      const slot = this.#table.facts.findExpired()
      if (slot === none) break
      this.#drop(slot, 'expired')
    }
    return taken
  }

  #drop(slot: number, cause: 'deleted' | 'expired'): void {
    if (this.#removals.heard) this.#report(slot, cause)
    this.#table.remove(slot)
    if (cause === 'expired') this.#counters.expirations += 1
  }

  #report(slot: number, cause: RemovalCause): void {
    this.#removals.add(this.#table.keyOf(slot), this.#table.valueOf(slot), cause)
  }
}
