/** The rule by which a cache chooses what to evict. */
export type PolicyName = 'lru'

/**
 * Holds keys with their values and bytes, and knows which of them to give up next.
 *
 * It has no bound of its own: the cache calls `evict` for as long as it holds too much. It calls no code
 * of the user, reads no clock and never drops an entry unasked. A value is never `undefined`.
 */
export interface Policy<K, V> {
  readonly size: number
  /** The sum of the bytes of all entries. */
  readonly bytes: number
  /** The value under a key, which counts as a use of it. */
  get(key: K): V | undefined
  /** The value under a key, which does not count as a use of it. */
  peek(key: K): V | undefined
  /** Keeps a value under a key in place of what was there, which counts as a use of it; `bytes` is at least 1. */
  set(key: K, value: V, bytes: number): void
  /** Takes out a key. */
  delete(key: K): void
  /** The entry that `evict` would take out; asked only where somebody wants to be told of it. */
  next(): readonly [key: K, value: V] | undefined
  /** Takes out the entry that is worth the least, and returns whether there was one. */
  evict(): boolean
  /** Takes out everything, and gives back the memory that served it. */
  clear(): void
  /**
   * Gives back memory that served entries which are gone, if that takes no longer than a slice. Returns
   * whether it did; an iterator of `entries` from before is then of no use any more.
   */
  compact(): boolean
  /**
   * Every entry, the next to be evicted first. While the policy changes, an iterator may end early or visit
   * an entry that is gone, but each step is short.
   */
  entries(): IterableIterator<[K, V]>
}
