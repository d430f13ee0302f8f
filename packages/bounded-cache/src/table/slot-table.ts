import { resized } from '../policies/cells.ts'
import { KeyHash } from '../policies/key-hash.ts'
import type { Policy, PolicyFactory, Slots } from '../policies/policy.ts'
import { firstSlot, none, SlotLists } from '../policies/slot-lists.ts'
import { afterUse, vacant, watched } from '../policies/use-counts.ts'
import { unpinnedKey } from '../unpinned.ts'
import type { Compaction, EntryTable, MakeRoom, Tell } from './entry-table.ts'
import { resizedList } from './resized-list.ts'
import { SlotExpiry } from './slot-expiry.ts'
import { SlotSizes } from './slot-sizes.ts'

const leastCapacity = 64
/** Larger tables grow by a quarter: half of a large one would lie idle after a doubling. */
const doubledUpTo = 65_536
/** Costs beyond are as good as this: their sums must stay finite. */
const dearest = 1e15
/** The most entries that get another slot in one go: about 2 ms. */
const mostMoves = 8_192

/** How a slot table is made. */
export interface SlotTableOptions {
  readonly policy: PolicyFactory
  /** Whether an entry takes of the bound what it has in bytes; else it takes 1. */
  readonly byBytes: boolean
  /** The most entries there will be, where that is known. */
  readonly mostEntries: number
  readonly seed: number
  readonly makeRoom: MakeRoom
  /** Whole milliseconds of some clock. */
  readonly now: () => number
}

/**
 * Entries in slots: a `Map` from keys to small integers, and an array for each thing that is known of an entry.
 *
 * No object is made for an entry, so that the garbage collector has little to look at, and what a policy keeps of it
 * lies in typed arrays, which it does not look at at all.
 */
export class SlotTable<K, V> implements EntryTable<K, V>, Slots {
  readonly lists: SlotLists = new SlotLists()
  uses: Uint8Array = new Uint8Array(0)
  requests = 0
  readonly #policy: Policy
  readonly #byBytes: boolean
  readonly #mostEntries: number
  readonly #hash: KeyHash
  readonly #makeRoom: MakeRoom
  readonly #now: () => number
  #index = new Map<K, number>()
  #keys: (K | undefined)[] = []
  #values: (V | undefined)[] = []
  readonly #sizes = new SlotSizes()
  #costs: Float32Array | undefined
  /** Made when the first entry comes that expires. */
  #expiry: SlotExpiry | undefined
  /** Slots that were used and are free. */
  #free: number[] = []
  /** The slots from here on were never used. */
  #next = firstSlot
  /** While slots are moved together, the first that may be free. */
  #hole: number | undefined

  constructor({ policy, byBytes, mostEntries, seed, makeRoom, now }: SlotTableOptions) {
    this.#makeRoom = makeRoom
    this.#now = now
    this.#byBytes = byBytes
    this.#mostEntries = mostEntries
    this.#hash = new KeyHash(seed)
    this.#policy = policy(this)
  }

  get size(): number {
    return this.#index.size
  }

  get bytes(): number {
    return this.#sizes.sum
  }

  get expiring(): boolean {
    return this.#expiry !== undefined
  }

  hash(slot: number): number {
    return this.#hash.of(this.#keys[slot])
  }

  weight(slot: number): number {
    return this.#byBytes ? this.#sizes.of(slot) : 1
  }

  cost(slot: number): number {
    return this.#costs === undefined ? 1 : (this.#costs[slot] ?? 1)
  }

  get(key: K): V | undefined {
    const slot = this.#index.get(key)
    if (slot === undefined || this.#expiry?.isExpired(slot)) return undefined
    this.#use(slot)
    return this.#values[slot]
  }

  peek(key: K): V | undefined {
    const slot = this.#index.get(key)
    return slot === undefined || this.#expiry?.isExpired(slot) ? undefined : this.#values[slot]
  }

  set(key: K, value: V, bytes: number, ttl: number, cost: number): void {
    let slot = this.#index.get(key)
    if (slot === undefined) slot = this.#insert(key, value, bytes, cost)
    else {
      this.#values[slot] = value
      this.#rate(slot, bytes, cost)
      this.#use(slot)
    }
    if (ttl !== 0) this.#expiry ??= new SlotExpiry(this.#now, this.uses.length)
    this.#expiry?.set(slot, ttl)
  }

  take(key: K): V | undefined {
    const slot = this.#index.get(key)
    if (slot === undefined) return undefined
    const value = this.#values[slot]
    this.#policy.remove(slot)
    this.#vacate(slot)
    return value
  }

  evict(tell?: Tell<K, V>): boolean {
    const slot = this.#policy.evict()
    if (slot === none) return false
    const key = this.#keys[slot] as K
    const value = this.#values[slot] as V
    this.#vacate(slot)
    tell?.(key, value)
    return true
  }

  sweep(most: number, tell: Tell<K, V>): number {
    let taken = 0
    for (; taken < most; taken++) {
      const slot = this.#expiry?.find() ?? none
      if (slot === none) break
      const key = this.#keys[slot] as K
      const value = this.#values[slot] as V
      this.#policy.remove(slot)
      this.#vacate(slot)
      tell(key, value)
    }
    return taken
  }

  clear(): void {
    this.#policy.clear()
    this.#index = new Map()
    this.#sizes.clear()
    this.#free = []
    this.#next = firstSlot
    this.#hole = undefined
    this.#costs = undefined
    this.#expiry = undefined
    this.#resize(0)
  }

  compact(): Compaction {
    if (this.#hole === undefined) {
      if (this.uses.length < 2 * (this.size + leastCapacity)) return 'none'
      this.#hole = firstSlot
      this.#free = []
    }
    for (let move = 0; move < mostMoves; move++) {
      const hole = this.#nextHole(this.#hole)
      while (this.#next > hole && this.uses[this.#next - 1] === vacant) this.#next--
      if (hole >= this.#next) {
        this.#hole = undefined
        this.#resize(Math.ceil(1.125 * this.#next) + leastCapacity)
        return 'moved'
      }
      this.#rename(this.#next - 1, hole)
    }
    return 'more'
  }

  *entries(): IterableIterator<[K, V]> {
    for (const slot of this.#policy.order()) {
      // What went while somebody iterated has left nothing behind.
      if (this.uses[slot] !== vacant) yield [this.#keys[slot] as K, this.#values[slot] as V]
    }
  }

  #use(slot: number): void {
    const uses = this.uses[slot] ?? 0
    this.uses[slot] = afterUse[uses] ?? 0
    this.requests++
    if (uses >= watched || this.#policy.eager) this.#policy.used(slot)
  }

  #insert(key: K, value: V, bytes: number, cost: number): number {
    // Before it comes in: a policy must not choose the entry that the room is for.
    this.#makeRoom(bytes)
    const slot = this.#takeSlot()
    const own = unpinnedKey(key)
    this.#index.set(own, slot)
    this.#keys[slot] = own
    this.#values[slot] = value
    this.uses[slot] = 0
    this.requests++
    this.#sizes.set(slot, bytes)
    this.#putCost(slot, cost)
    this.#policy.insert(slot)
    return slot
  }

  /** Enters another size and cost of an entry. */
  #rate(slot: number, bytes: number, cost: number): void {
    const by = this.#byBytes ? bytes - this.#sizes.of(slot) : 0
    const isDearer = Math.fround(Math.min(dearest, cost)) !== this.cost(slot)
    this.#sizes.set(slot, bytes)
    this.#putCost(slot, cost)
    if (by !== 0 || isDearer) this.#policy.changed(slot, by)
  }

  #putCost(slot: number, cost: number): void {
    if (this.#costs === undefined) {
      if (cost === 1) return
      this.#costs = new Float32Array(this.uses.length).fill(1)
    }
    this.#costs[slot] = Math.min(dearest, cost)
  }

  #takeSlot(): number {
    const slot = this.#free.pop()
    if (slot !== undefined) return slot
    // A compaction that was broken off left the slots behind its hole in no list.
    const hole = this.#hole === undefined ? this.#next : this.#nextHole(this.#hole)
    if (hole < this.#next) return hole
    if (this.#next >= this.uses.length) this.#grow()
    return this.#next++
  }

  /** The first free slot from one on, which compaction goes on from. */
  #nextHole(from: number): number {
    let hole = from
    while (hole < this.#next && this.uses[hole] !== vacant) hole++
    this.#hole = hole
    return hole
  }

  #vacate(slot: number): void {
    this.#index.delete(this.#keys[slot] as K)
    this.#sizes.set(slot, 0)
    this.#expiry?.forget(slot)
    this.#keys[slot] = undefined
    this.#values[slot] = undefined
    this.uses[slot] = vacant
    // Those behind the hole are found as it goes on.
    if (this.#hole === undefined || slot < this.#hole) this.#free.push(slot)
  }

  #rename(from: number, to: number): void {
    this.#index.set(this.#keys[from] as K, to)
    this.#keys[to] = this.#keys[from]
    this.#values[to] = this.#values[from]
    this.#keys[from] = undefined
    this.#values[from] = undefined
    this.uses[to] = this.uses[from] ?? 0
    this.uses[from] = vacant
    this.#sizes.rename(from, to)
    if (this.#costs !== undefined) this.#costs[to] = this.#costs[from] ?? 1
    this.#expiry?.rename(from, to)
    this.lists.rename(from, to)
    this.#policy.renamed?.(from, to)
  }

  #grow(): void {
    const { length } = this.uses
    const larger = Math.max(leastCapacity, Math.ceil(length * (length < doubledUpTo ? 2 : 1.25)))
    // One more than the bound: an entry comes in before another goes.
    const most = firstSlot + this.#mostEntries + 1
    this.#resize(length < most ? Math.min(larger, most) : larger)
  }

  #resize(capacity: number): void {
    this.uses = resized(this.uses, new Uint8Array(capacity))
    this.#sizes.resize(capacity)
    if (this.#costs !== undefined)
      this.#costs = resized(this.#costs, new Float32Array(capacity).fill(1))
    this.#expiry?.resize(capacity)
    this.#keys = resizedList(this.#keys, capacity)
    this.#values = resizedList(this.#values, capacity)
    this.lists.resize(Math.max(firstSlot, capacity))
  }
}
