import type { Lists } from './lists.ts'

/** The rule by which a cache chooses what to evict. */
export type PolicyName = 'adaptive' | 'lru' | 'sieve' | 's3-fifo' | 'w-tinylfu' | 'gdsf'

/** What a policy knows of the entries, each of which it knows by a small integer, its slot. */
export interface Slots {
  /** Lists that slots can be put into, with room for every slot. */
  readonly lists: Lists
  /** How often each slot was used, as `use-counts.ts` reads it; whoever holds the entries counts. */
  readonly uses: Uint8Array
  /** How many entries there are. */
  readonly size: number
  /** Uses and new entries so far. */
  readonly requests: number
  /** 32 bits that depend on the key and on nothing else. */
  hash(slot: number): number
  /** What an entry takes of the bound: its bytes, or 1 where only entries are bounded. */
  weight(slot: number): number
  /** What it costs to make the value again, in the unit of the caller; 1 where it was not told. */
  cost(slot: number): number
}

/**
 * Decides which entry to give up next.
 *
 * It is made for one table and hears of every entry that comes and goes. It calls no code of the user, reads no
 * clock and needs no bound: it is asked for a victim only when the table is full.
 */
export interface Policy {
  /**
   * Whether `used` is called at every use, and not only for slots that are marked `watched`. It may change when an entry
   * comes in and at the use of a slot that is marked.
   */
  readonly eager: boolean
  /** Whether it marks slots as `watched` itself. */
  readonly watches?: boolean
  /** Takes in a new entry, whose uses are 0. */
  insert(slot: number): void
  /** An entry was used, which has been counted already. */
  used(slot: number): void
  /** An entry weighs more now by so much. */
  changed(slot: number, by: number): void
  /** Lets go of an entry that was deleted or expired. */
  remove(slot: number): void
  /** Chooses the entry that is worth the least, lets go of it, and returns its slot; `none` without any. */
  evict(): number
  /** Every slot, about in the order in which they would be evicted. */
  order(): IterableIterator<number>
  /** An entry has got another slot; its place in the lists has moved with it. */
  renamed?(from: number, to: number): void
  /** There are so many slots from now on; every entry has one below that. */
  resized?(capacity: number): void
  /** Forgets everything, entries that are gone included. */
  clear(): void
}

/** Makes a policy for a table. */
export type PolicyFactory = (slots: Slots) => Policy
