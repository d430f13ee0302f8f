import type { Entry } from '../entry.ts'

/** The rule by which a cache chooses what to evict. */
export type PolicyName = 'lru'

/**
 * Holds the entries of a cache and knows which of them to give up next.
 *
 * It has no bound of its own: the cache calls `evict` for as long as it holds too much. It calls no code
 * of the user, reads no clock and never drops an entry unasked.
 */
export interface Policy<K, V> {
  readonly size: number
  /** The entry under a key, which counts as a use of it. */
  get(key: K): Entry<K, V> | undefined
  /** The entry under a key, which does not count as a use of it. */
  peek(key: K): Entry<K, V> | undefined
  /** Takes in an entry whose key is not held. */
  add(entry: Entry<K, V>): void
  /** Takes out the entry under a key. */
  delete(key: K): void
  /** Takes out the entry that is worth the least, and returns it. */
  evict(): Entry<K, V> | undefined
  /** Takes out all entries, and gives back the memory that served them. */
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
  entries(): IterableIterator<Entry<K, V>>
}
