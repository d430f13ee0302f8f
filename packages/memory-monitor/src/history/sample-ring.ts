/** The last few of many values, oldest first; adding one more forgets the oldest. */
export class SampleRing<T> {
  readonly #capacity: number
  readonly #values: T[] = []
  #next = 0

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** The last value. */
  get latest(): T | undefined {
    return this.#values.at(this.#next - 1)
  }

  push(value: T): void {
    this.#values[this.#next] = value
    this.#next = (this.#next + 1) % this.#capacity
  }

  /** A copy, oldest first. */
  toArray(): readonly T[] {
    if (this.#values.length < this.#capacity) return this.#values.slice()
    return [...this.#values.slice(this.#next), ...this.#values.slice(0, this.#next)]
  }
}
