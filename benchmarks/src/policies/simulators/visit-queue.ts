import { KeyList, Links } from './key-list.ts'
import type { Setting, Simulator } from './simulator.ts'

/** Takes a key out of a queue, of which there is at least one, and returns it. */
export type Evict = (queue: KeyList, visits: Uint8Array) => number

/** A queue that keys come into at the front, and in which no request moves a key: it is only counted. */
export class VisitQueue implements Simulator {
  readonly #capacity: number
  readonly #weights: Float64Array
  readonly #held: Uint8Array
  readonly #visits: Uint8Array
  readonly #queue: KeyList
  readonly #mostVisits: number
  readonly #evict: Evict

  /** `mostVisits` is how many requests a key is remembered for. */
  constructor({ capacity, weights }: Setting, mostVisits: number, evict: Evict) {
    this.#capacity = capacity
    this.#weights = weights
    this.#mostVisits = mostVisits
    this.#evict = evict
    this.#held = new Uint8Array(weights.length)
    this.#visits = new Uint8Array(weights.length)
    this.#queue = new KeyList(new Links(weights.length), weights)
  }

  access(key: number): boolean {
    if (this.#held[key] === 1) {
      if (this.#visits[key]! < this.#mostVisits) this.#visits[key]! += 1
      return true
    }
    const weight = this.#weights[key]!
    if (weight > this.#capacity) return false
    while (this.#queue.weight + weight > this.#capacity) {
      this.#held[this.#evict(this.#queue, this.#visits)] = 0
    }
    this.#queue.pushFront(key)
    this.#held[key] = 1
    this.#visits[key] = 0
    return false
  }
}
