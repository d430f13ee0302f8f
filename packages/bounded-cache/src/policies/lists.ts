/** Three doubly linked lists of slots, numbered 0 to 2; a slot is in one of them at the most. */
export interface Lists {
  /** Empties every list. */
  clear(): void
  /** The slot at the end of a list, or `none`. */
  last(list: number): number
  /** The slot before another, on the way from the end of its list to its start, or `none`. */
  before(slot: number): number
  /** The slots of a list, its end first; while it changes, one may be left out. */
  slots(list: number): IterableIterator<number>
  /** Puts a slot at the start of a list that nobody asks for its count or weight, nor joins with another. */
  link(list: number, slot: number): void
  /** Takes a slot out of such a list. */
  unlink(slot: number): void
  /** Puts a slot at the start of the list that it is in. */
  refresh(list: number, slot: number): void
  /** How many slots a list has. */
  count(list: number): number
  /** The sum of the weights of a list. */
  weight(list: number): number
  /** The list that a slot is in. */
  listOf(slot: number): number
  /** Puts a slot that is in no list at the start of one. */
  add(list: number, slot: number, weight: number): void
  /** Takes a slot out of its list. */
  remove(slot: number, weight: number): void
  /** Puts a slot at the start of a list, which may be its own. */
  move(list: number, slot: number, weight: number): void
  /** Takes note of a slot that weighs more now, or less. */
  reweigh(slot: number, by: number): void
  /** Puts all of one list behind the end of another, or before its start. */
  join(from: number, to: number, where: 'start' | 'end'): void
}
