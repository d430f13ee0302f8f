import { LRUCache } from 'lru-cache'
import { unpinnedKey } from '../unpinned.ts'
import type { Compaction, EntryTable, MakeRoom, Tell } from './entry-table.ts'
import { ExpirySweep } from './expiry-sweep.ts'
import { given, isExpired, type MaybeTimed, Timed } from './timed.ts'

/**
 * The most entries moved in one go: 3 ms where this code never ran before, of the 8 that a slice may take. A larger
 * table keeps the arrays of its high-water mark, 48 bytes a slot, until it is emptied.
 */
const mostMoved = 2_048
const leastSlots = 1_024
/** Entries looked at in search of expired ones in one go: more than one, or they could pile up. */
const looks = 3

/** Stands for the key `undefined`, which the iterators of `lru-cache` pass over. */
const undefinedKey = Symbol('undefined')

type Held<K> = (K & (NonNullable<unknown> | null)) | typeof undefinedKey

/** What a table is made with. */
export interface LruTableOptions {
  readonly makeRoom: MakeRoom
  /** Whole milliseconds of some clock. */
  readonly now: () => number
}

/** Evicts the entry that has gone unused the longest; the entries live in `lru-cache`. */
export class LruTable<K, V extends NonNullable<unknown> | null> implements EntryTable<K, V> {
  readonly #makeRoom: MakeRoom
  readonly #now: () => number
  readonly #sweep: ExpirySweep<K, V>
  #entries: LRUCache<NonNullable<Held<K>>, NonNullable<MaybeTimed<V>>> = unbounded()
  /** The most entries held since the arrays of `lru-cache`, which never shrink, were made. */
  #slots = 0

  constructor({ makeRoom, now }: LruTableOptions) {
    this.#makeRoom = makeRoom
    this.#now = now
    this.#sweep = new ExpirySweep(this)
  }

  get size(): number {
    return this.#entries.size
  }

  get bytes(): number {
    return this.#entries.calculatedSize
  }

  get expiring(): boolean {
    return this.#sweep.watching
  }

  get(key: K): V | undefined {
    return this.#fresh(this.#entries.get(heldKey(key)))
  }

  peek(key: K): V | undefined {
    return this.#fresh(this.#entries.peek(heldKey(key)))
  }

  set(key: K, value: V, bytes: number, ttl: number): void {
    const before = this.#entries.peek(heldKey(key))
    if (before === undefined) this.#makeRoom(bytes)
    let held: MaybeTimed<V> = value
    if (ttl > 0) {
      const now = this.#now()
      held = new Timed(value, now, now + ttl)
    }
    // Given the value that it holds, `lru-cache` would not take notice of a new size.
    if (before === held) this.take(key)
    else this.#sweep.forget(before as MaybeTimed<V> | undefined)
    this.#sweep.note(held)
    this.#put(before === undefined ? unpinnedKey(key) : key, held, bytes)
  }

  take(key: K): V | undefined {
    const held = this.#entries.peek(heldKey(key))
    if (held === undefined) return undefined
    // Taking out its last entry, `lru-cache` would wipe every slot it ever used.
    if (this.#entries.size === 1) this.clear()
    else {
      this.#entries.delete(heldKey(key))
      this.#sweep.forget(held as MaybeTimed<V>)
    }
    return given(held as MaybeTimed<V>)
  }

  evict(tell?: Tell<K, V>): boolean {
    const key = tell && this.#entries.rkeys().next().value
    const held = this.#entries.pop() as MaybeTimed<V> | undefined
    if (held === undefined) return false
    this.#sweep.forget(held)
    tell?.(givenKey(key as Held<K>), given(held))
    return true
  }

  sweep(most: number, tell: Tell<K, V>): number {
    let taken = 0
    const now = this.#now()
    for (let look = 0; look < looks && taken < most && this.#sweep.due(now); look++) {
      const found = this.#sweep.examine(now)
      // An entry that the cursor still knew may be gone, or be another by now.
      if (found === undefined || this.#entries.peek(heldKey(found[0])) !== found[1]) continue
      this.take(found[0])
      tell(found[0], given(found[1]))
      taken++
    }
    return taken
  }

  clear(): void {
    this.#entries = unbounded()
    this.#slots = 0
    this.#sweep.clear()
  }

  compact(): Compaction {
    const before = this.#entries
    if (this.#slots < leastSlots || this.#slots <= 2 * before.size || before.size > mostMoved) {
      return 'none'
    }
    this.#entries = unbounded()
    this.#slots = 0
    this.#sweep.restart()
    for (const key of before.rkeys()) {
      const info = before.info(key)
      if (info?.size !== undefined) this.#put(givenKey(key), info.value as V, info.size)
    }
    return 'moved'
  }

  *entries(): IterableIterator<[K, V]> {
    for (const [key, held] of this.held()) yield [key, given(held)]
  }

  /** Every entry as it is held, the next to be evicted first. */
  *held(): IterableIterator<[K, MaybeTimed<V>]> {
    for (const [key, held] of this.#entries.rentries())
      yield [givenKey(key as Held<K>), held as MaybeTimed<V>]
  }

  #fresh(held: MaybeTimed<V> | undefined): V | undefined {
    if (!(held instanceof Timed)) return held
    return isExpired(held, this.#now()) ? undefined : held.value
  }

  #put(key: K, held: MaybeTimed<V>, bytes: number): void {
    this.#entries.set(heldKey(key), held as NonNullable<MaybeTimed<V>>, { size: bytes })
    if (this.#entries.size > this.#slots) this.#slots = this.#entries.size
  }
}

function heldKey<K>(key: K): NonNullable<Held<K>> {
  return (key === undefined ? undefinedKey : key) as NonNullable<Held<K>>
}

function givenKey<K>(key: Held<K>): K {
  return (key === undefinedKey ? undefined : key) as K
}

/**
 * An `lru-cache` that evicts nothing by itself.
 *
 * Its `max` cannot be changed and takes 28 bytes a slot before the first entry comes (28 MB for a million).
 * Without `max` its arrays grow with the entries: 17 bytes more for an entry and 8 % more for a `get`, and any
 * bound can be held from outside, at any time, with `pop()`.
 */
function unbounded<K extends NonNullable<unknown>, V extends NonNullable<unknown>>(): LRUCache<
  K,
  V
> {
  return new LRUCache<K, V>({ maxSize: Number.MAX_SAFE_INTEGER })
}
