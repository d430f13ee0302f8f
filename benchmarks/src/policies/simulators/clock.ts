import { KeyList, Links } from './key-list.ts'
import type { Setting, Simulator } from './simulator.ts'

/** A FIFO queue that gives each key which was requested since it was last at the back another round. */
export class ClockSimulator implements Simulator {
  readonly #capacity: number
  readonly #weights: Float64Array
  readonly #held: Uint8Array
  readonly #visited: Uint8Array
  readonly #queue: KeyList

  constructor({ capacity, weights }: Setting) {
    this.#capacity = capacity
    this.#weights = weights
    this.#held = new Uint8Array(weights.length)
    this.#visited = new Uint8Array(weights.length)
    this.#queue = new KeyList(new Links(weights.length), weights)
  }

  access(key: number): boolean {
    if (this.#held[key] === 1) {
      this.#visited[key] = 1
      return true
    }
    const weight = this.#weights[key]!
    if (weight > this.#capacity) return false
    while (this.#queue.weight + weight > this.#capacity) this.#evict()
    this.#queue.pushFront(key)
    this.#held[key] = 1
    this.#visited[key] = 0
    return false
  }

  #evict(): void {
    for (;;) {
      const key = this.#queue.popBack()
      if (this.#visited[key] === 0) {
        this.#held[key] = 0
        return
      }
      this.#visited[key] = 0
      this.#queue.pushFront(key)
    }
  }
}
