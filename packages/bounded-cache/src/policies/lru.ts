import { LRUCache } from 'lru-cache'
import type { Policy } from './policy.ts'

/**
 * The most entries moved in one go: 3 ms where this code never ran before, of the 8 that a slice may take. A larger
 * cache keeps the arrays of its high-water mark, 48 bytes a slot, until it is emptied.
 */
const mostMoved = 2_048
const leastSlots = 1_024

/** Stands for the key `undefined`, which the iterators of `lru-cache` pass over. */
const undefinedKey = Symbol('undefined')

type Held<K> = (K & (NonNullable<unknown> | null)) | typeof undefinedKey

/** Evicts the entry that has gone unused the longest; the entries live in `lru-cache`. */
export class LruPolicy<K, V extends NonNullable<unknown> | null> implements Policy<K, V> {
  #entries: LRUCache<NonNullable<Held<K>>, NonNullable<V>> = unbounded()
  /** The most entries held since the arrays of `lru-cache`, which never shrink, were made. */
  #slots = 0

  get size(): number {
    return this.#entries.size
  }

  get bytes(): number {
    return this.#entries.calculatedSize
  }

  get(key: K): V | undefined {
    return this.#entries.get(held(key))
  }

  peek(key: K): V | undefined {
    return this.#entries.peek(held(key))
  }

  set(key: K, value: V, bytes: number): void {
    // Given the value that it holds, `lru-cache` would not take notice of a new size.
    if (this.peek(key) === value) this.delete(key)
    this.#entries.set(held(key), value as NonNullable<V>, { size: bytes })
    if (this.#entries.size > this.#slots) this.#slots = this.#entries.size
  }

  delete(key: K): void {
    // Taking out its last entry, `lru-cache` would wipe every slot it ever used.
    if (this.#entries.size === 1 && this.#entries.has(held(key))) this.clear()
    else this.#entries.delete(held(key))
  }

  next(): readonly [key: K, value: V] | undefined {
    const { value } = this.entries().next()
    return value
  }

  evict(): boolean {
    return this.#entries.pop() !== undefined
  }

  clear(): void {
    this.#entries = unbounded()
    this.#slots = 0
  }

  compact(): boolean {
    const before = this.#entries
    if (this.#slots < leastSlots || this.#slots <= 2 * before.size || before.size > mostMoved) {
      return false
    }
    this.clear()
    for (const key of before.rkeys()) {
      const info = before.info(key)
      if (info?.size !== undefined) this.set(given(key), info.value as V, info.size)
    }
    return true
  }

  *entries(): IterableIterator<[K, V]> {
    for (const [key, value] of this.#entries.rentries()) yield [given(key as Held<K>), value as V]
  }
}

function held<K>(key: K): NonNullable<Held<K>> {
  return (key === undefined ? undefinedKey : key) as NonNullable<Held<K>>
}

function given<K>(key: Held<K>): K {
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
