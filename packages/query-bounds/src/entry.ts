import type { Account } from './account.ts'
import type { QueryLike } from './query-cache-like.ts'

/** What is known of one query, in bits: a boolean property would take eight bytes of each query. */
export const known = {
  /** Used since it was placed, while nobody looked at the clock. */
  used: 1,
  /** Used again after its grace, once. */
  reused: 2,
  /** Used again more than once, or missed after it had been evicted. */
  proven: 4,
  measured: 8,
  errored: 16,
  observed: 32,
  /** Built, and neither fetched nor written yet. */
  fresh: 64,
  /** Evicted not long ago, and built again. */
  returning: 128,
  /** Written while a mutation was pending. */
  optimistic: 256,
  /** Evicted by us, and not built or put back since. */
  evicted: 512,
} as const

/** Where a query carries its entry: a property is found five times as fast as the key of a map. */
const tag = Symbol('cultus.query-bounds')

interface Tagged {
  [tag]?: Entry
}

/** The idle queries of one group and priority. */
export interface Shelf {
  readonly priority: number
  /** Without data: an error, or nothing. */
  readonly empty: Queue
  /** Used once, as far as is known. */
  readonly once: Queue
  /** Used again and again. */
  readonly proven: Queue
}

/** Where the entries of a group are kept. */
export interface Home {
  readonly inUse: Queue
  /** What it costs to fetch one again. */
  readonly cost: number
  /** Of its queries. */
  readonly priority: number
  shelfOf(priority: number): Shelf
}

/** What the ledger knows of one query of the cache. It is always in one queue of its home. */
export class Entry {
  readonly query: QueryLike
  readonly home: Home
  /** Of its key prefix. */
  readonly account: Account
  /** `undefined` once the query is no longer in the cache. */
  queue: Queue | undefined = undefined
  newer: Entry | undefined = undefined
  older: Entry | undefined = undefined
  /** When it was last placed or seen to be used: whole milliseconds, never too early. */
  touched = 0
  bytes = 0
  data: unknown = undefined
  /** What its loss would cost, on top of the age it was placed at: GDSF's `H`. */
  credit = 0
  flags = 0

  constructor(query: QueryLike, home: Home, account: Account) {
    this.query = query
    this.home = home
    this.account = account
  }

  is(bit: number): boolean {
    return (this.flags & bit) !== 0
  }

  note(bit: number, holds: boolean): void {
    this.flags = holds ? this.flags | bit : this.flags & ~bit
  }
}

/** Entries in the order they were touched. */
export class Queue {
  /** Whether those in it may go. */
  readonly idle: boolean
  readonly holdsData: boolean
  oldest: Entry | undefined = undefined
  newest: Entry | undefined = undefined
  length = 0
  /** The last one that was there when the bounds were passed. */
  #fence: Entry | undefined = undefined

  constructor(idle: boolean, holdsData = true) {
    this.idle = idle
    this.holdsData = holdsData
  }

  /** Notes that all that are in it now were touched no later than those that will be added. */
  setFence(): void {
    this.#fence = this.newest
  }

  add(entry: Entry): void {
    this.#insert(entry, this.newest)
  }

  /** Adds behind those that were there when the fence was set, and before those added since. */
  addAtFence(entry: Entry): void {
    this.#insert(entry, this.#fence)
    this.#fence = entry
  }

  remove(entry: Entry): void {
    const { older, newer } = entry
    if (this.#fence === entry) this.#fence = older
    if (older === undefined) this.oldest = newer
    else older.newer = newer
    if (newer === undefined) this.newest = older
    else newer.older = older
    entry.queue = undefined
    entry.older = undefined
    entry.newer = undefined
    this.length -= 1
  }

  /** Lets no touch lie in the future, where a clock that was set back leaves them. */
  notAfter(now: number): void {
    if (this.oldest === undefined || this.oldest.touched <= now) return
    for (let entry = this.newest; entry !== undefined; entry = entry.older) {
      if (entry.touched > now) entry.touched = now
    }
  }

  #insert(entry: Entry, older: Entry | undefined): void {
    const newer = older === undefined ? this.oldest : older.newer
    entry.queue = this
    entry.older = older
    entry.newer = newer
    if (older === undefined) this.oldest = entry
    else older.newer = entry
    if (newer === undefined) this.newest = entry
    else newer.older = entry
    this.length += 1
  }
}

/** The entry of a query, whatever has become of it. */
export function entryOf(query: QueryLike): Entry | undefined {
  return (query as Tagged)[tag]
}

export function attachEntry(entry: Entry): void {
  const query: Tagged = entry.query as Tagged
  query[tag] = entry
}

export function detachEntry(query: QueryLike): void {
  Reflect.deleteProperty(query, tag)
}
