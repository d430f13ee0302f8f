/** Tells whether the entry in a slot is that of a key. */
export type Holds<K> = (slot: number, key: K) => boolean

/** A `Map` for fewer keys is made smaller in about a millisecond: nothing to save there. */
const leastMoved = 65_536
const leastCapacity = 4

/**
 * The slots of keys, in a `Map` that is made anew a little at a time when most of it is gone.
 *
 * V8 makes a `Map` smaller in one go when a quarter is left of what it has room for: 14 ms for 262,000 keys. So before it
 * comes to that, this one is left as it is, and what is still held moves to a new one in steps.
 */
export class KeyIndex<K> {
  readonly #holds: Holds<K>
  #slots = new Map<K, number>()
  /** Still read while keys move; it forgets nothing, so that what it tells may be over. */
  #old: Map<K, number> | undefined
  /** What V8 has room for, and the places of deleted keys in it: `OrderedHashTable` in `ordered-hash-table.cc`. */
  #capacity = leastCapacity
  #deleted = 0

  constructor(holds: Holds<K>) {
    this.#holds = holds
  }

  /** Whether keys move to a new `Map`. */
  get moving(): boolean {
    return this.#old !== undefined
  }

  get(key: K): number | undefined {
    const slot = this.#slots.get(key)
    return slot === undefined && this.#old !== undefined ? this.#inOld(key) : slot
  }

  /** Takes in a key that is not held. */
  add(key: K, slot: number): void {
    const slots = this.#slots
    slots.set(key, slot)
    if (slots.size + this.#deleted <= this.#capacity) return
    if (this.#deleted < this.#capacity / 2) this.#capacity *= 2
    this.#deleted = 0
  }

  /** Enters that the entry of a key lies in another slot; while keys move, that it has moved. */
  put(key: K, slot: number): void {
    if (this.#old === undefined) this.#slots.set(key, slot)
    else this.add(key, slot)
  }

  /** Forgets a key whose slot is vacant from now on, and returns whether keys must move. */
  delete(key: K): boolean {
    const slots = this.#slots
    if (slots.delete(key)) this.#deleted++
    if (this.#capacity < 4 * leastMoved || this.#old !== undefined) return false
    return 4 * (slots.size - 1) <= this.#capacity
  }

  /** Leaves the `Map` as it is: each key that is held must be `put` before {@link KeyIndex.endMove}. */
  beginMove(): void {
    this.#old = this.#slots
    this.#restart()
  }

  endMove(): void {
    this.#old = undefined
  }

  clear(): void {
    this.#old = undefined
    this.#restart()
  }

  #restart(): void {
    this.#slots = new Map()
    this.#capacity = leastCapacity
    this.#deleted = 0
  }

  #inOld(key: K): number | undefined {
    const slot = this.#old?.get(key)
    return slot !== undefined && this.#holds(slot, key) ? slot : undefined
  }
}
