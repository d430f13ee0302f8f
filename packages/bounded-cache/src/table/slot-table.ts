import type { RequestSample } from '../observed/request-sample.ts'
import { resized } from '../policies/cells.ts'
import type { Policy, Slots } from '../policies/policy.ts'
import { firstSlot, none, SlotLists } from '../policies/slot-lists.ts'
import { afterUse, saturated, vacant, watched } from '../policies/use-counts.ts'
import { KeyIndex } from './key-index.ts'
import { resizedList } from './resized-list.ts'
import type { ExpiryRules } from './slot-expiry.ts'
import { SlotFacts } from './slot-facts.ts'
import {
  type Compaction,
  grownCapacity,
  leastCapacity,
  type Moves,
  mostLooks,
  SlotSpace,
} from './slot-space.ts'
import type { SlotTableOptions } from './slot-table-options.ts'
import { Watch } from './watch.ts'

/** What an addition does for a compaction that nobody else goes on with. */
const fewLooks = 64
/** No byte of uses. */
const nothing = -1

const plainExpiry: ExpiryRules = { idle: 0, grace: 0 }

/**
 * Entries in slots: a `Map` from keys to small integers, and an array for each thing that is known of an entry.
 *
 * No object is made for an entry, so that the garbage collector has little to look at, and what a policy keeps of it
 * lies in typed arrays, which it does not look at at all. The table has no bound of its own, calls no code of the user
 * and drops no entry unasked.
 */
export class SlotTable<K, V> implements Slots {
  readonly lists: SlotLists = new SlotLists()
  uses: Uint8Array = new Uint8Array(0)
  size = 0
  readonly facts: SlotFacts
  readonly #isIdle: boolean
  readonly #counters: { readonly hits: number }
  #writes = 0
  readonly #watch = new Watch()
  readonly #sample: RequestSample | undefined
  readonly #policy: Policy
  #isEager = false
  /** The byte of uses from which on a use is told of, and the one that a use changes nothing of, if there is one. */
  #toldFrom = watched
  #unchanged = nothing
  readonly #byBytes: boolean
  readonly #mostEntries: number
  readonly #index: KeyIndex<K>
  #values: (V | undefined)[] = []
  readonly #space = new SlotSpace()
  readonly #moves: Moves = {
    keep: (slot) => this.#index.keep(slot),
    rename: (from, to) => this.#rename(from, to),
  }

  constructor(options: SlotTableOptions) {
    const { policy, byBytes, mostEntries, seed, now, expiry = plainExpiry, sample } = options
    this.#counters = options.counters
    this.facts = new SlotFacts(now, expiry)
    this.#isIdle = expiry.idle > 0
    this.#sample = sample
    this.#byBytes = byBytes
    this.#mostEntries = mostEntries
    this.#index = new KeyIndex(seed)
    this.#policy = policy(this)
    this.#heed()
  }

  /** The sum of the bytes of all entries. */
  get bytes(): number {
    return this.facts.sizes.sum
  }

  get requests(): number {
    return this.#counters.hits + this.#writes
  }

  hash(slot: number): number {
    return this.#index.hash(slot)
  }

  weight(slot: number): number {
    return this.#byBytes ? this.facts.sizes.of(slot) : 1
  }

  cost(slot: number): number {
    return this.facts.costs.of(slot)
  }

  /** The slot of the entry under a key, expired or not, or `none`. */
  find(key: K): number {
    return this.#index.get(key) ?? none
  }

  /** The same, for a key that is to be set: sooner told where it was just looked for in vain. */
  findToSet(key: K): number {
    return this.#index.lacks(key) ? none : this.find(key)
  }

  /** Whether a slot has an entry. */
  holds(slot: number): boolean {
    return this.uses[slot] !== vacant
  }

  keyOf(slot: number): K {
    return this.#index.of(slot)
  }

  valueOf(slot: number): V {
    return this.#values[slot] as V
  }

  /** Counts a use of an entry, and returns its value. */
  use(slot: number): V {
    this.#touch(slot, true)
    return this.#values[slot] as V
  }

  /**
   * Takes in an entry whose key is not held, and returns its slot; there must be room for it.
   *
   * `bytes` is what it is charged with, at least 1; `ttl` how long it is served, in whole milliseconds, 0 for ever;
   * `cost` what it costs to make the value again.
   */
  add(key: K, value: V, bytes: number, ttl: number, cost: number): number {
    this.#watch.wake(this.uses)
    if (this.#space.compacting) this.compact(fewLooks)
    const slot = this.#takeSlot()
    this.#index.add(key, slot)
    this.size++
    this.#values[slot] = value
    this.uses[slot] = 0
    this.#writes++
    this.facts.sizes.set(slot, bytes)
    this.facts.costs.set(slot, cost)
    this.#policy.insert(slot)
    if (this.#policy.eager !== this.#isEager) this.#heed()
    if (this.#sample?.entered(this.hash(slot), this.weight(slot)) === true)
      this.uses[slot] = (this.uses[slot] ?? 0) | watched
    this.facts.setTtl(slot, ttl)
    return slot
  }

  /** Puts another value in the place of one, which counts as a use. */
  replace(slot: number, value: V, bytes: number, ttl: number, cost: number): void {
    this.#values[slot] = value
    if (bytes !== this.facts.sizes.of(slot) || cost !== this.cost(slot))
      this.#rate(slot, bytes, cost)
    this.#writes++
    this.#touch(slot, false)
    this.facts.setTtl(slot, ttl)
  }

  /** Takes out an entry; its slot may be another's from now on. */
  remove(slot: number): void {
    this.#watch.wake(this.uses)
    if ((this.uses[slot] ?? 0) >= watched) this.#sample?.invalidated(this.hash(slot))
    this.#policy.remove(slot)
    this.vacate(slot)
  }

  /** Chooses the entry that is worth the least, which must be vacated next; `none` without any. */
  victim(): number {
    return this.#policy.evict()
  }

  /** Frees the slot of an entry that the policy has let go of. */
  vacate(slot: number): void {
    const mustMove = this.#index.delete(slot)
    this.size--
    this.facts.forget(slot)
    this.#values[slot] = undefined
    this.uses[slot] = vacant
    this.#space.free(slot)
    if (mustMove) this.#beginMove()
  }

  /** Takes out everything, and gives back the memory that served it. */
  clear(): void {
    this.#policy.clear()
    this.#watch.clear()
    this.#index.clear()
    this.size = 0
    this.#space.clear()
    this.facts.clear()
    this.#resize(0)
  }

  /** Whether there is memory to give back that served entries which are gone. */
  get sparse(): boolean {
    return this.#space.compacting || this.uses.length >= 2 * (this.size + leastCapacity)
  }

  /** Gives back such memory, for so many looks at slots. */
  compact(looks: number = mostLooks): Compaction {
    if (!this.sparse) return 'none'
    if (!this.#space.compacting) this.#space.beginCompaction()
    if (!this.#space.compact(this.uses, this.#moves, looks)) return 'more'
    this.#index.endMove()
    this.#resize(Math.ceil(1.125 * this.#space.end) + leastCapacity)
    return 'moved'
  }

  /**
   * The slot of every entry, expired or not, the next to be evicted first. While the table changes, one may be left
   * out, but each step is short.
   */
  *order(): IterableIterator<number> {
    for (const slot of this.#policy.order()) {
      // What went while somebody iterated has left nothing behind.
      if (this.holds(slot)) yield slot
    }
  }

  #touch(slot: number, isLookup: boolean): void {
    const uses = this.uses[slot] ?? 0
    if (uses === this.#unchanged) return
    if ((uses & saturated) !== saturated) this.uses[slot] = afterUse[uses] ?? 0
    if (uses < this.#toldFrom) return
    // What is used most is told with the fewest steps.
    if (uses < watched && !this.#isIdle) this.#policy.used(slot)
    else this.#tell(slot, uses >= watched, isLookup)
  }

  #tell(slot: number, isMarked: boolean, isLookup: boolean): void {
    const isWatched = isMarked && this.#watch.tells(this.uses, slot)
    if (isMarked && !isWatched) this.#sample?.pause()
    if (isWatched || this.#isEager) {
      this.#policy.used(slot)
      if (this.#policy.eager !== this.#isEager) this.#heed()
    }
    if (isWatched && this.#sample !== undefined) this.#observe(slot, this.#sample, isLookup)
    if (this.#isIdle) this.facts.expiry?.used(slot)
  }

  /** Goes by what the policy wants to hear of from now on. */
  #heed(): void {
    this.#isEager = this.#policy.eager
    const hearsAll = this.#isEager || this.#isIdle
    this.#toldFrom = hearsAll ? 0 : watched
    this.#unchanged = hearsAll ? nothing : saturated
  }

  #observe(slot: number, sample: RequestSample, isLookup: boolean): void {
    const hash = this.hash(slot)
    const weight = this.weight(slot)
    const stays = isLookup ? sample.used(hash, weight) : sample.overwritten(hash, weight)
    const uses = this.uses[slot] ?? 0
    if (stays) this.uses[slot] = uses | watched
    else if (this.#policy.watches !== true) this.uses[slot] = uses & ~watched
  }

  #beginMove(): void {
    this.#index.beginMove()
    // From the first slot on, for it must come by every entry.
    this.#space.beginCompaction()
  }

  #rename(from: number, to: number): void {
    this.#watch.wake(this.uses)
    this.#index.rename(from, to)
    this.#values[to] = this.#values[from]
    this.#values[from] = undefined
    this.uses[to] = this.uses[from] ?? 0
    this.uses[from] = vacant
    this.facts.rename(from, to)
    this.lists.rename(from, to)
    this.#policy.renamed?.(from, to)
  }

  /** Enters another size and cost of an entry. */
  #rate(slot: number, bytes: number, cost: number): void {
    const by = this.#byBytes ? bytes - this.facts.sizes.of(slot) : 0
    const before = this.cost(slot)
    this.facts.sizes.set(slot, bytes)
    this.facts.costs.set(slot, cost)
    if (by !== 0 || this.cost(slot) !== before) this.#policy.changed(slot, by)
  }

  #takeSlot(): number {
    const slot = this.#space.take(this.uses, this.#moves)
    const { length } = this.uses
    if (slot >= length) this.#resize(grownCapacity(length, firstSlot + this.#mostEntries))
    return slot
  }

  #resize(capacity: number): void {
    this.uses = resized(this.uses, new Uint8Array(capacity))
    this.facts.resize(capacity)
    this.#index.resize(capacity)
    this.#values = resizedList(this.#values, capacity, undefined)
    this.lists.resize(Math.max(firstSlot, capacity))
    this.#policy.resized?.(capacity)
  }
}
