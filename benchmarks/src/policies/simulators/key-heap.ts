/** A binary heap of keys, the one of the least priority first; a priority can be changed. */
export class KeyHeap {
  readonly #heap: Int32Array
  readonly #place: Int32Array
  readonly #priorities: Float64Array
  #count = 0

  constructor(unique: number) {
    this.#heap = new Int32Array(unique)
    this.#place = new Int32Array(unique).fill(-1)
    this.#priorities = new Float64Array(unique)
  }

  has(key: number): boolean {
    return this.#place[key] !== -1
  }

  /** The key of the least priority; there must be one. */
  get first(): number {
    return this.#heap[0]!
  }

  priorityOf(key: number): number {
    return this.#priorities[key]!
  }

  /** Puts in a key, or changes its priority. */
  put(key: number, priority: number): void {
    let place = this.#place[key]!
    if (place === -1) place = this.#count++
    this.#priorities[key] = priority
    if (!this.#rise(key, place)) this.#sink(key, this.#place[key]!)
  }

  remove(key: number): void {
    const place = this.#place[key]!
    this.#place[key] = -1
    this.#count -= 1
    if (place === this.#count) return
    const last = this.#heap[this.#count]!
    if (!this.#rise(last, place)) this.#sink(last, place)
  }

  /** Moves a key up from a place that is free, and returns whether it went anywhere. */
  #rise(key: number, from: number): boolean {
    const priority = this.#priorities[key]!
    let place = from
    while (place > 0) {
      const parent = (place - 1) >> 1
      const above = this.#heap[parent]!
      if (this.#priorities[above]! <= priority) break
      this.#settle(above, place)
      place = parent
    }
    this.#settle(key, place)
    return place !== from
  }

  #sink(key: number, from: number): void {
    const priority = this.#priorities[key]!
    let place = from
    for (;;) {
      let child = 2 * place + 1
      if (child >= this.#count) break
      const right = child + 1
      if (right < this.#count && this.#priorityAt(right) < this.#priorityAt(child)) child = right
      if (this.#priorityAt(child) >= priority) break
      this.#settle(this.#heap[child]!, place)
      place = child
    }
    this.#settle(key, place)
  }

  #priorityAt(place: number): number {
    return this.#priorities[this.#heap[place]!]!
  }

  #settle(key: number, place: number): void {
    this.#heap[place] = key
    this.#place[key] = place
  }
}
