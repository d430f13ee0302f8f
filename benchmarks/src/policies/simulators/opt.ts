import { never } from '../trace.ts'
import { KeyHeap } from './key-heap.ts'
import type { Setting, Simulator } from './simulator.ts'

/**
 * Keeps the keys that are requested again soonest, which nothing that does not know the future can beat.
 *
 * A key that is requested later than all others, or never again, is not taken in. (Belady, "A study of replacement
 * algorithms for a virtual-storage computer", 1966, with bypass.) With sizes it is no bound any more, only a good
 * guess. It must be asked for the requests of its trace, in order.
 */
export class OptSimulator implements Simulator {
  readonly #capacity: number
  readonly #weights: Float64Array
  readonly #next: Uint32Array
  readonly #heap: KeyHeap
  #weight = 0
  #time = 0

  constructor({ capacity, weights, next }: Setting) {
    this.#capacity = capacity
    this.#weights = weights
    this.#next = next
    this.#heap = new KeyHeap(weights.length)
  }

  access(key: number): boolean {
    const heap = this.#heap
    const next = this.#next[this.#time++]!
    const hit = heap.has(key)
    if (next === never) {
      if (hit) this.#drop(key)
      return hit
    }
    if (!hit) {
      if (this.#weights[key]! > this.#capacity) return false
      this.#weight += this.#weights[key]!
    }
    heap.put(key, -next)
    while (this.#weight > this.#capacity) this.#drop(heap.first)
    return hit
  }

  #drop(key: number): void {
    this.#heap.remove(key)
    this.#weight -= this.#weights[key]!
  }
}
