import { KeyList, Links } from './key-list.ts'
import type { Setting, Simulator } from './simulator.ts'

/** Evicts the key that was requested longest ago (LRU), or that came in longest ago (FIFO). */
export class QueueSimulator implements Simulator {
  readonly #capacity: number
  readonly #weights: Float64Array
  readonly #held: Uint8Array
  readonly #queue: KeyList
  readonly #promotes: boolean

  constructor({ capacity, weights }: Setting, promotes: boolean) {
    this.#capacity = capacity
    this.#weights = weights
    this.#held = new Uint8Array(weights.length)
    this.#queue = new KeyList(new Links(weights.length), weights)
    this.#promotes = promotes
  }

  access(key: number): boolean {
    const queue = this.#queue
    if (this.#held[key] === 1) {
      if (this.#promotes && queue.front !== key) {
        queue.remove(key)
        queue.pushFront(key)
      }
      return true
    }
    const weight = this.#weights[key]!
    if (weight > this.#capacity) return false
    while (queue.weight + weight > this.#capacity) this.#held[queue.popBack()] = 0
    queue.pushFront(key)
    this.#held[key] = 1
    return false
  }
}
