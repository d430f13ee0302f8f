/** The links of every key, shared by lists of which a key is in one at a time at most. */
export class Links {
  /** The neighbour towards the front, or -1. */
  readonly before: Int32Array
  /** The neighbour towards the back, or -1. */
  readonly after: Int32Array

  constructor(unique: number) {
    this.before = new Int32Array(unique)
    this.after = new Int32Array(unique)
  }
}

/** A doubly linked list of keys that knows what they weigh together; -1 stands for no key. */
export class KeyList {
  front = -1
  back = -1
  count = 0
  weight = 0
  readonly #before: Int32Array
  readonly #after: Int32Array
  readonly #weights: Float64Array

  constructor(links: Links, weights: Float64Array) {
    this.#before = links.before
    this.#after = links.after
    this.#weights = weights
  }

  pushFront(key: number): void {
    const { front } = this
    this.#before[key] = -1
    this.#after[key] = front
    if (front === -1) this.back = key
    else this.#before[front] = key
    this.front = key
    this.count += 1
    this.weight += this.#weights[key]!
  }

  remove(key: number): void {
    const before = this.#before[key]!
    const after = this.#after[key]!
    if (before === -1) this.front = after
    else this.#after[before] = after
    if (after === -1) this.back = before
    else this.#before[after] = before
    this.count -= 1
    this.weight -= this.#weights[key]!
  }

  /** Takes out the key at the back, of which there must be one. */
  popBack(): number {
    const key = this.back
    this.remove(key)
    return key
  }

  /** The neighbour of a key towards the front, or -1. */
  before(key: number): number {
    return this.#before[key]!
  }
}
