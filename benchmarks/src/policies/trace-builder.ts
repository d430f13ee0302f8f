import { CultusError } from '@cultus/core'
import type { Trace } from './trace.ts'

/** Collects requests one by one, numbers their keys, and keeps the first size and cost seen of each. */
export class TraceBuilder {
  readonly #numbers = new Map<number | string, number>()
  readonly #limit: number
  #requests = new Uint32Array(65_536)
  #count = 0
  readonly #sizes: number[] = []
  readonly #costs: number[] = []

  /** `limit` is the number of requests after which it is full. */
  constructor(limit: number) {
    this.#limit = limit
  }

  get full(): boolean {
    return this.#count >= this.#limit
  }

  /** Adds a request; either all of a trace have a size, or none, and likewise a cost. */
  add(key: number | string, size?: number, cost?: number): void {
    if (this.full) return
    let number = this.#numbers.get(key)
    if (number === undefined) {
      number = this.#numbers.size
      this.#numbers.set(key, number)
      // A cache that charges nothing for an entry would hold any number of them.
      if (size !== undefined) this.#sizes.push(Math.max(1, size))
      if (cost !== undefined) this.#costs.push(cost)
    }
    if (this.#count === this.#requests.length) {
      const larger = new Uint32Array(2 * this.#count)
      larger.set(this.#requests)
      this.#requests = larger
    }
    this.#requests[this.#count++] = number
  }

  /** @throws CultusError `CULTUS_INVALID_ARGUMENT` where there was no request. */
  finish(name: string): Trace {
    if (this.#count === 0) {
      throw new CultusError('CULTUS_INVALID_ARGUMENT', `\`${name}\` must hold requests, got none`)
    }
    return {
      name,
      requests: this.#requests.slice(0, this.#count),
      unique: this.#numbers.size,
      ...(this.#sizes.length > 0 && { sizes: Float64Array.from(this.#sizes) }),
      ...(this.#costs.length > 0 && { costs: Float64Array.from(this.#costs) }),
    }
  }
}
