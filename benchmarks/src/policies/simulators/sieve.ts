import { KeyList, Links } from './key-list.ts'
import type { Setting, Simulator } from './simulator.ts'

/**
 * A hand that walks from the oldest key to the newest, and evicts the first that was not requested since it last
 * came by; no key moves. (Zhang et al., "SIEVE is Simpler than LRU", NSDI 2024.)
 */
export class SieveSimulator implements Simulator {
  readonly #capacity: number
  readonly #weights: Float64Array
  readonly #held: Uint8Array
  readonly #visits: Uint8Array
  readonly #queue: KeyList
  readonly #mostVisits: number
  /** The key that the hand looks at next, or -1 for the oldest. */
  #hand = -1

  /** `mostVisits` is how many requests a key is remembered for: 1 in the paper. */
  constructor({ capacity, weights }: Setting, mostVisits: number) {
    this.#capacity = capacity
    this.#weights = weights
    this.#mostVisits = mostVisits
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
    while (this.#queue.weight + weight > this.#capacity) this.#evict()
    this.#queue.pushFront(key)
    this.#held[key] = 1
    this.#visits[key] = 0
    return false
  }

  #evict(): void {
    const queue = this.#queue
    let key = this.#hand === -1 ? queue.back : this.#hand
    while (this.#visits[key]! > 0) {
      this.#visits[key]! -= 1
      key = queue.before(key)
      if (key === -1) key = queue.back
    }
    this.#hand = queue.before(key)
    queue.remove(key)
    this.#held[key] = 0
  }
}
