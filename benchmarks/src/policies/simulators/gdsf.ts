import { KeyHeap } from './key-heap.ts'
import type { Setting, Simulator } from './simulator.ts'

/**
 * Evicts the key that is worth the least: its requests × the cost of a miss / its weight, plus the worth of what was
 * last evicted when it was last requested, so that keys age.
 *
 * (Cherkasova, "Improving WWW Proxies Performance with Greedy-Dual-Size-Frequency Caching Policy", 1998.)
 */
export class GdsfSimulator implements Simulator {
  readonly #capacity: number
  readonly #weights: Float64Array
  readonly #costs: Float64Array
  readonly #frequency: Float64Array
  readonly #heap: KeyHeap
  #weight = 0
  #age = 0

  constructor({ capacity, weights, costs }: Setting) {
    this.#capacity = capacity
    this.#weights = weights
    this.#costs = costs
    this.#frequency = new Float64Array(weights.length)
    this.#heap = new KeyHeap(weights.length)
  }

  access(key: number): boolean {
    const hit = this.#heap.has(key)
    const weight = this.#weights[key]!
    if (!hit) {
      if (weight > this.#capacity) return false
      while (this.#weight + weight > this.#capacity) this.#evict()
      this.#weight += weight
      this.#frequency[key] = 0
    }
    this.#frequency[key]! += 1
    this.#heap.put(key, this.#age + (this.#frequency[key]! * this.#costs[key]!) / weight)
    return hit
  }

  #evict(): void {
    const key = this.#heap.first
    this.#age = this.#heap.priorityOf(key)
    this.#heap.remove(key)
    this.#weight -= this.#weights[key]!
  }
}
