import type { Bounds } from './bounds.ts'
import type { ResolvedOptions } from './options.ts'
import { policies } from './policies/named.ts'
import { none } from './policies/slot-lists.ts'
import { type RemovalCause, RemovalReporter } from './removal.ts'
import type { EntryFacts } from './set-options.ts'
import { ceilingAfterAdding, type Shrinkable } from './shrink.ts'
import { EntrySizer } from './sizing.ts'
import type { Counters } from './stats.ts'
import { SlotTable } from './table/slot-table.ts'
import { unpinnedKey, unpinnedValue } from './unpinned.ts'

/** The most expired entries dropped at each addition: more than one, or they could pile up. */
const sweptAtOnce = 3

/**
 * The entries of a cache, always inside its configured bounds.
 *
 * The listener of removals, the only code of the user that runs while the store changes, runs when it is in
 * order again.
 */
export class EntryStore<K, V> implements Shrinkable {
  readonly #table: SlotTable<K, V>
  readonly #bounds: Bounds
  readonly #sizer: EntrySizer<K, V>
  readonly #counters: Counters
  readonly #removals: RemovalReporter<K, V> | undefined
  /** Whether an entry is charged with all that it keeps, so that it must keep nothing else. */
  readonly #isCharged: boolean
  #closed = false

  constructor(options: ResolvedOptions<K, V>, bounds: Bounds, counters: Counters) {
    const { name, policy, maxEntries, maxBytes, clock, onRemoval } = options
    this.#bounds = bounds
    this.#isCharged = maxBytes !== Number.POSITIVE_INFINITY
    this.#sizer = new EntrySizer(name, this.#isCharged, options.sizeOf)
    this.#counters = counters
    this.#removals = onRemoval && new RemovalReporter(name, onRemoval)
    const madeAt = clock.now()
    this.#table = new SlotTable<K, V>({
      policy: policies[policy],
      byBytes: this.#isCharged,
      mostEntries: maxEntries,
      seed: Math.floor(Math.random() * 2 ** 32),
      // Since then, so that V8 keeps it as a small integer. Both ends of an age are rounded down, so that no value is
      // served too long.
      now: () => Math.floor(clock.now() - madeAt),
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

  /** Where the entry lies that can be served under a key, or `none`: until the next change of the store. */
  find(key: K): number {
    const slot = this.#table.find(key)
    if (slot === none || !this.#table.isExpired(slot)) return slot
    this.#drop(slot, 'expired')
    this.#removals?.flush()
    return none
  }

  /** Counts a use of an entry, and returns its value. */
  use(slot: number): V {
    return this.#table.use(slot)
  }

  valueOf(slot: number): V {
    return this.#table.valueOf(slot)
  }

  /** Keeps a value, or refuses it. What was under the key is gone either way. */
  put(key: K, value: V, facts: EntryFacts): boolean {
    const charge = this.#sizer.measure(key, value, facts.bytes)
    if (this.#closed) return false
    const kept = facts.ttl >= 0 && this.#bounds.admits(charge)
    const slot = this.#table.find(key)
    if (slot !== none && this.#removals !== undefined) this.#reportReplaced(slot, value)
    if (kept) this.#keep(slot, key, value, charge, facts)
    else this.#refuse(slot, key, value, facts.ttl < 0 ? 'expired' : 'refused')
    if (this.#table.expiring) this.#sweep(sweptAtOnce)
    this.#removals?.flush()
    return kept
  }

  /** Takes out what can be served under a key, and returns whether there was such an entry. */
  delete(key: K): boolean {
    const slot = this.find(key)
    if (slot === none) return false
    this.#drop(slot, 'deleted')
    this.#removals?.flush()
    return true
  }

  /** Takes out everything. */
  empty(cause: 'deleted' | 'pressure'): void {
    if (cause === 'pressure') this.#countEvictions(this.#table.size, cause)
    if (this.#removals !== undefined) {
      for (const slot of this.#table.order())
        this.#removals.add(this.#table.keyOf(slot), this.valueOf(slot), cause)
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
    const table = this.#table
    const entries: [K, V][] = []
    for (const slot of table.order()) {
      if (!table.isExpired(slot)) entries.push([table.keyOf(slot), table.valueOf(slot)])
    }
    return entries.reverse()
  }

  /** Makes room before it comes in: a policy must not choose the entry that the room is for. */
  #keep(slot: number, key: K, value: V, charge: number, { ttl, cost }: EntryFacts): void {
    const table = this.#table
    const { size, bytes } = table
    const { maxEntries, maxBytes, limitEntries, limitBytes, ratio } = this.#bounds
    const held = this.#isCharged ? unpinnedValue(value) : value
    if (slot === none) {
      this.#trim(maxEntries - 1, maxBytes - charge, 'evicted')
      table.add(this.#isCharged ? unpinnedKey(key) : key, held, charge, ttl, cost)
    } else {
      table.replace(slot, held, charge, ttl, cost)
      this.#trim(maxEntries, maxBytes, 'evicted')
    }
    this.#counters.sets += 1
    if (ratio === 1) return
    this.#trim(
      ceilingAfterAdding(size, 1, limitEntries),
      ceilingAfterAdding(bytes, charge, limitBytes),
      'pressure',
    )
  }

  #refuse(slot: number, key: K, value: V, cause: 'expired' | 'refused'): void {
    if (slot !== none) this.#table.remove(slot)
    this.#removals?.add(key, value, cause)
    if (cause === 'expired') this.#counters.expirations += 1
    else this.#counters.refusals += 1
  }

  #reportReplaced(slot: number, value: V): void {
    const old = this.valueOf(slot)
    // A value set again under its own key did not leave: who closes what leaves must not close it.
    if (!Object.is(old, value)) this.#removals?.add(this.#table.keyOf(slot), old, 'replaced')
  }

  #trim(entries: number, bytes: number, cause: 'evicted' | 'pressure'): void {
    const table = this.#table
    while (table.size > entries || table.bytes > bytes) {
      if (!this.#evict(cause)) return
    }
  }

  #evict(cause: 'evicted' | 'pressure'): boolean {
    const slot = this.#table.victim()
    if (slot === none) return false
    if (this.#removals !== undefined) this.#report(slot, cause)
    this.#table.vacate(slot)
    this.#countEvictions(1, cause)
    return true
  }

  #countEvictions(count: number, cause: 'evicted' | 'pressure'): void {
    this.#counters.evictions += count
    if (cause === 'pressure') this.#counters.pressureEvictions += count
  }

  #sweep(most: number): number {
    let taken = 0
    for (; taken < most; taken++) {
      const slot = this.#table.expired()
      if (slot === none) break
      this.#drop(slot, 'expired')
    }
    return taken
  }

  #drop(slot: number, cause: 'deleted' | 'expired'): void {
    this.#report(slot, cause)
    this.#table.remove(slot)
    if (cause === 'expired') this.#counters.expirations += 1
  }

  #report(slot: number, cause: RemovalCause): void {
    this.#removals?.add(this.#table.keyOf(slot), this.#table.valueOf(slot), cause)
  }
}
