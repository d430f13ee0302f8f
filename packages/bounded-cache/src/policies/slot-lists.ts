import { resized } from './cells.ts'
import type { Lists } from './lists.ts'

/** How many lists there are; their heads take the first slots. */
const lists = 3
/** The first slot that an entry can have. */
export const firstSlot: number = lists
/** Stands for no slot: the head of the first list, which is no entry. */
export const none = 0

const tags = 256

/**
 * Three doubly linked lists of slots, in typed arrays that the garbage collector does not look into.
 *
 * A slot is in one list at the most. It carries a tag, and tags belong to lists: so whole lists are
 * joined in a time that does not depend on their length, but for one join in some 250, which hands out tags anew.
 */
export class SlotLists implements Lists {
  #next: Int32Array = new Int32Array(lists)
  #prev: Int32Array = new Int32Array(lists)
  #tags: Uint8Array = new Uint8Array(lists)
  /** The list of each tag, and how many slots carry it. */
  readonly #listOf = new Uint8Array(tags)
  readonly #held = new Int32Array(tags)
  /** The tag that slots get which come into a list now. */
  readonly #tagOf = new Uint8Array(lists)
  readonly #counts = new Int32Array(lists)
  readonly #weights = new Float64Array(lists)

  constructor() {
    this.clear()
  }

  /** Makes room for slots below `capacity`, or gives room back; slots that are in a list must fit. */
  resize(capacity: number): void {
    this.#next = resized(this.#next, new Int32Array(capacity))
    this.#prev = resized(this.#prev, new Int32Array(capacity))
    this.#tags = resized(this.#tags, new Uint8Array(capacity))
  }

  clear(): void {
    this.#next.fill(0)
    this.#held.fill(0)
    this.#counts.fill(0)
    this.#weights.fill(0)
    for (let list = 0; list < lists; list++) {
      this.#next[list] = list
      this.#prev[list] = list
      this.#tagOf[list] = list
      this.#listOf[list] = list
    }
  }

  count(list: number): number {
    return this.#counts[list] ?? 0
  }

  weight(list: number): number {
    return this.#weights[list] ?? 0
  }

  listOf(slot: number): number {
    return this.#listOf[this.#tags[slot] ?? 0] ?? 0
  }

  last(list: number): number {
    const slot = this.#prev[list] ?? none
    return slot < lists ? none : slot
  }

  before(slot: number): number {
    const previous = this.#prev[slot] ?? none
    return previous < lists ? none : previous
  }

  add(list: number, slot: number, weight: number): void {
    const tag = this.#tagOf[list] ?? 0
    this.#tags[slot] = tag
    this.#held[tag] = (this.#held[tag] ?? 0) + 1
    this.#counts[list] = (this.#counts[list] ?? 0) + 1
    this.#weights[list] = (this.#weights[list] ?? 0) + weight
    this.#link(slot, list)
  }

  remove(slot: number, weight: number): void {
    const tag = this.#tags[slot] ?? 0
    const list = this.#listOf[tag] ?? 0
    this.#held[tag] = (this.#held[tag] ?? 0) - 1
    const count = (this.#counts[list] ?? 0) - 1
    this.#counts[list] = count
    // Sums of what is no integer would drift.
    this.#weights[list] = count === 0 ? 0 : (this.#weights[list] ?? 0) - weight
    this.#unlink(slot)
  }

  link(list: number, slot: number): void {
    this.#link(slot, list)
  }

  unlink(slot: number): void {
    this.#unlink(slot)
  }

  refresh(list: number, slot: number): void {
    if (this.#next[list] === slot) return
    this.#unlink(slot)
    this.#link(slot, list)
  }

  move(list: number, slot: number, weight: number): void {
    if (this.listOf(slot) === list) {
      this.#unlink(slot)
      this.#link(slot, list)
    } else {
      this.remove(slot, weight)
      this.add(list, slot, weight)
    }
  }

  reweigh(slot: number, by: number): void {
    const list = this.listOf(slot)
    this.#weights[list] = (this.#weights[list] ?? 0) + by
  }

  join(from: number, to: number, where: 'start' | 'end'): void {
    if (this.count(from) === 0) return
    const first = this.#next[from] ?? 0
    const last = this.#prev[from] ?? 0
    const [left, right] = where === 'start' ? [to, this.#next[to] ?? 0] : [this.#prev[to] ?? 0, to]
    this.#join(left, first)
    this.#join(last, right)
    this.#join(from, from)
    this.#counts[to] = this.count(to) + this.count(from)
    this.#weights[to] = this.weight(to) + this.weight(from)
    this.#counts[from] = 0
    this.#weights[from] = 0
    for (let tag = 0; tag < tags; tag++) if (this.#listOf[tag] === from) this.#listOf[tag] = to
    this.#tagAnew(from)
  }

  /** Gives an entry another slot, which must be in no list; without effect where it is in no list itself. */
  rename(from: number, to: number): void {
    const before = this.#prev[from] ?? 0
    if (this.#next[before] !== from) return
    this.#tags[to] = this.#tags[from] ?? 0
    this.#join(before, to)
    this.#join(to, this.#next[from] ?? 0)
  }

  *slots(list: number): IterableIterator<number> {
    for (let slot = this.last(list); slot !== none; slot = this.before(slot)) yield slot
  }

  /** Gives a list that is empty a tag that nothing carries. */
  #tagAnew(list: number): void {
    let tag = 0
    while (tag < tags && ((this.#held[tag] ?? 0) > 0 || this.#tagOf.includes(tag))) tag++
    if (tag === tags) tag = this.#freeTag()
    this.#tagOf[list] = tag
    this.#listOf[tag] = list
  }

  /** Takes a tag from all who carry one in vain: lists have been joined more often than there are tags. */
  #freeTag(): number {
    for (let list = 0; list < lists; list++) {
      const tag = this.#tagOf[list] ?? 0
      for (const slot of this.slots(list)) {
        const old = this.#tags[slot] ?? 0
        this.#held[old] = (this.#held[old] ?? 0) - 1
        this.#held[tag] = (this.#held[tag] ?? 0) + 1
        this.#tags[slot] = tag
      }
    }
    let tag = 0
    while ((this.#held[tag] ?? 0) > 0 || this.#tagOf.includes(tag)) tag++
    return tag
  }

  #link(slot: number, list: number): void {
    const first = this.#next[list] ?? 0
    this.#next[list] = slot
    this.#prev[slot] = list
    this.#next[slot] = first
    this.#prev[first] = slot
  }

  #unlink(slot: number): void {
    const next = this.#next[slot] ?? 0
    const previous = this.#prev[slot] ?? 0
    this.#next[previous] = next
    this.#prev[next] = previous
  }

  #join(left: number, right: number): void {
    this.#next[left] = right
    this.#prev[right] = left
  }
}
