import { KeyList, Links } from './key-list.ts'
import type { Setting, Simulator } from './simulator.ts'

const nowhere = 0
const inSmall = 1
const inMain = 2
const inGhost = 3

const smallShare = 0.1
const ghostShare = 0.9
/** Requests while in the small queue after which a key moves to the main one. */
const promotionThreshold = 2
const mostFrequency = 3

/**
 * A small FIFO queue that most keys leave for good, a main one for those requested again, and a memory of keys that
 * left the small one (the ghosts), which come back into the main one.
 *
 * (Yang et al., "FIFO Queues are All You Need for Cache Eviction", SOSP 2023.) The particulars are those of
 * libCacheSim: 10 % small, ghosts for 90 % of the capacity, two more requests to move up, counters up to 3, and a
 * small queue that may use the room which the main one leaves free. Unlike there, a key larger than the small
 * queue is taken in.
 */
export class S3FifoSimulator implements Simulator {
  readonly #capacity: number
  readonly #mainCapacity: number
  readonly #ghostCapacity: number
  readonly #weights: Float64Array
  readonly #where: Uint8Array
  readonly #frequency: Uint8Array
  readonly #small: KeyList
  readonly #main: KeyList
  readonly #ghosts: KeyList

  constructor({ capacity, weights }: Setting) {
    this.#capacity = capacity
    this.#mainCapacity = capacity - Math.floor(capacity * smallShare)
    this.#ghostCapacity = Math.floor(capacity * ghostShare)
    this.#weights = weights
    this.#where = new Uint8Array(weights.length)
    this.#frequency = new Uint8Array(weights.length)
    const links = new Links(weights.length)
    this.#small = new KeyList(links, weights)
    this.#main = new KeyList(links, weights)
    this.#ghosts = new KeyList(links, weights)
  }

  access(key: number): boolean {
    const where = this.#where[key]
    if (where === inSmall || where === inMain) {
      if (this.#frequency[key]! < mostFrequency) this.#frequency[key]! += 1
      return true
    }
    const weight = this.#weights[key]!
    if (weight > this.#capacity) return false
    if (where === inGhost) {
      this.#ghosts.remove(key)
      this.#where[key] = nowhere
    }
    while (this.#small.weight + this.#main.weight + weight > this.#capacity) this.#evict()
    const queue = where === inGhost ? this.#main : this.#small
    queue.pushFront(key)
    this.#where[key] = where === inGhost ? inMain : inSmall
    this.#frequency[key] = 0
    return false
  }

  #evict(): void {
    if (this.#main.weight > this.#mainCapacity || this.#small.count === 0) this.#evictMain()
    else this.#evictSmall()
  }

  /** Empties the small queue until one key has left the cache, or all have moved up. */
  #evictSmall(): void {
    while (this.#small.count > 0) {
      const key = this.#small.popBack()
      if (this.#frequency[key]! < promotionThreshold) {
        this.#remember(key)
        return
      }
      this.#main.pushFront(key)
      this.#where[key] = inMain
      this.#frequency[key] = 0
    }
  }

  #evictMain(): void {
    for (;;) {
      const key = this.#main.popBack()
      if (this.#frequency[key] === 0) {
        this.#where[key] = nowhere
        return
      }
      this.#frequency[key]! -= 1
      this.#main.pushFront(key)
    }
  }

  #remember(key: number): void {
    const weight = this.#weights[key]!
    this.#where[key] = nowhere
    if (weight > this.#ghostCapacity) return
    while (this.#ghosts.weight + weight > this.#ghostCapacity) {
      this.#where[this.#ghosts.popBack()] = nowhere
    }
    this.#ghosts.pushFront(key)
    this.#where[key] = inGhost
  }
}
