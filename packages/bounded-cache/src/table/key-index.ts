import { KeyHash } from '../policies/key-hash.ts'
import { none } from '../policies/slot-lists.ts'
import { resizedList } from './resized-list.ts'

/** Stands in a slot without an entry; `undefined` is a key like any other. */
const nobody: unique symbol = Symbol('nobody')

/** A `Map` for fewer keys is made smaller in about a millisecond: nothing to save there. */
const leastMoved = 65_536
const leastCapacity = 4

/**
 * Which key has which slot, in a `Map` that is made anew a little at a time when most of it is gone.
 *
 * V8 makes a `Map` smaller in one go when a quarter is left of what it has room for: 14 ms for 262,000 keys. So before it
 * comes to that, this one is left as it is, and what is still held moves to a new one in steps.
 */
export class KeyIndex<K> {
  #keys: (K | typeof nobody)[] = []
  #slots = new Map<K, number>()
  /** Still read while keys move; it forgets nothing, so that what it tells may be over. */
  #old: Map<K, number> | undefined
  /** The key that was looked for last in vain: whoever misses one often sets it next. */
  #missed: K | typeof nobody = nobody
  /** What V8 has room for, and the places of deleted keys in it: `OrderedHashTable` in `ordered-hash-table.cc`. */
  #capacity = leastCapacity
  #deleted = 0
  readonly #hasher: KeyHash
  /** The slot whose key was hashed last, which is often asked for again, and the hash. */
  #hashedSlot = none
  #hash = 0

  constructor(seed: number) {
    this.#hasher = new KeyHash(seed)
  }

  /** Whether keys move to a new `Map`. */
  get moving(): boolean {
    return this.#old !== undefined
  }

  /** The key of the entry in a slot. */
  of(slot: number): K {
    return this.#keys[slot] as K
  }

  /** 32 bits that depend on the key of the entry in a slot and on nothing else. */
  hash(slot: number): number {
    if (slot !== this.#hashedSlot) {
      this.#hash = this.#hasher.of(this.#keys[slot])
      this.#hashedSlot = slot
    }
    return this.#hash
  }

  get(key: K): number | undefined {
    return this.#slots.get(key) ?? this.#elsewhere(key)
  }

  /** Whether it is the key that was looked for last, in vain, and has not come in since. May not know. */
  lacks(key: K): boolean {
    const missed = this.#missed
    if (missed === nobody) return false
    this.#missed = nobody
    return missed === key
  }

  /** Takes in a key that is not held. */
  add(key: K, slot: number): void {
    this.#missed = nobody
    this.#keys[slot] = key
    this.#enter(key, slot)
  }

  /** Enters that an entry lies in another slot. */
  rename(from: number, to: number): void {
    const key = this.of(from)
    this.#keys[from] = nobody
    this.#hashedSlot = none
    this.add(key, to)
  }

  /** Moves the key of an entry on, while keys move. */
  keep(slot: number): void {
    if (this.moving) this.#enter(this.of(slot), slot)
  }

  /** Forgets the key of an entry, and returns whether keys must move. */
  delete(slot: number): boolean {
    const slots = this.#slots
    if (slots.delete(this.of(slot))) this.#deleted++
    this.#keys[slot] = nobody
    this.#hashedSlot = none
    if (this.#capacity < 4 * leastMoved || this.moving) return false
    return 4 * (slots.size - 1) <= this.#capacity
  }

  /** Leaves the `Map` as it is: each entry must be renamed or kept before {@link KeyIndex.endMove}. */
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

  resize(capacity: number): void {
    this.#keys = resizedList(this.#keys, capacity, nobody)
  }

  #enter(key: K, slot: number): void {
    const slots = this.#slots
    slots.set(key, slot)
    if (slots.size + this.#deleted <= this.#capacity) return
    if (this.#deleted < this.#capacity / 2) this.#capacity *= 2
    this.#deleted = 0
  }

  #restart(): void {
    this.#slots = new Map()
    this.#capacity = leastCapacity
    this.#deleted = 0
    this.#hashedSlot = none
    this.#missed = nobody
  }

  #elsewhere(key: K): number | undefined {
    const slot = this.#old === undefined ? undefined : this.#inOld(this.#old, key)
    if (slot === undefined) this.#missed = key
    return slot
  }

  #inOld(old: Map<K, number>, key: K): number | undefined {
    const slot = old.get(key)
    if (slot === undefined) return undefined
    const held = this.#keys[slot]
    // As a `Map` compares them.
    return held === key || Object.is(held, key) ? slot : undefined
  }
}
