/**
 * What giving back memory came to: there was none to give; entries were moved; the same, and there is more
 * to give.
 */
export type Compaction = 'none' | 'moved' | 'more'

/** Takes out entries until one more of so many bytes fits. */
export type MakeRoom = (bytes: number) => void

/** Tells of an entry that was taken out. */
export type Tell<K, V> = (key: K, value: V) => void

/**
 * Holds keys with their values and bytes, and knows which of them to give up next.
 *
 * It has no bound of its own: the cache calls `evict` for as long as it holds too much. It calls no code
 * of the user and never drops an entry unasked. A value is never `undefined`.
 */
export interface EntryTable<K, V> {
  /** Entries held, those included that have expired. */
  readonly size: number
  /** The sum of the bytes of all entries. */
  readonly bytes: number
  /** Whether any entry can expire. */
  readonly expiring: boolean
  /** The value under a key unless it has expired, which counts as a use of it. */
  get(key: K): V | undefined
  /** The value under a key unless it has expired, which does not count as a use of it. */
  peek(key: K): V | undefined
  /**
   * Keeps a value under a key in place of what was there, which counts as a use of it. For a key that was not held,
   * room is made first.
   *
   * `bytes` is what it is charged with, at least 1; `ttl` how long it is served, in whole milliseconds, 0 for ever;
   * `cost` what it costs to make the value again.
   */
  set(key: K, value: V, bytes: number, ttl: number, cost: number): void
  /** Takes out a key, expired or not, and returns its value. */
  take(key: K): V | undefined
  /** Takes out the entry that is worth the least, and returns whether there was one. */
  evict(tell?: Tell<K, V>): boolean
  /** Looks at a few entries, takes out at most so many that have expired, and returns how many that were. */
  sweep(most: number, tell: Tell<K, V>): number
  /** Takes out everything, and gives back the memory that served it. */
  clear(): void
  /** Gives back memory that served entries which are gone, in no more time than a slice. */
  compact(): Compaction
  /**
   * Every entry, those included that have expired, the next to be evicted first. While the table changes, an iterator
   * may end early or visit an entry that is gone, but each step is short.
   */
  entries(): IterableIterator<[K, V]>
}
