import { seeded } from '../../zipf.ts'
import { never } from '../trace.ts'
import type { Setting, Simulator } from './simulator.ts'

/** Keys looked at for each eviction; all of them would take too long. */
const samples = 64

/**
 * Evicts, of a sample, the key with the largest product of size and time until it is requested again.
 *
 * A guess at the most object hits that a bound in bytes allows: the true most is too hard to compute. It must be
 * asked for the requests of its trace, in order.
 */
export class BeladySizeSimulator implements Simulator {
  readonly #capacity: number
  readonly #weights: Float64Array
  readonly #next: Uint32Array
  /** When each key is requested next. */
  readonly #due: Uint32Array
  /** The keys in the cache, in no order. */
  readonly #keys: Int32Array
  readonly #place: Int32Array
  readonly #random: () => number
  #count = 0
  #weight = 0
  #time = 0

  constructor({ capacity, weights, next, seed }: Setting) {
    this.#capacity = capacity
    this.#weights = weights
    this.#next = next
    this.#due = new Uint32Array(weights.length)
    this.#keys = new Int32Array(weights.length)
    this.#place = new Int32Array(weights.length).fill(-1)
    this.#random = seeded(seed)
  }

  access(key: number): boolean {
    const next = this.#next[this.#time++]!
    const hit = this.#place[key] !== -1
    this.#due[key] = next
    if (next === never) {
      if (hit) this.#drop(key)
      return hit
    }
    if (hit || this.#weights[key]! > this.#capacity) return hit
    this.#place[key] = this.#count
    this.#keys[this.#count++] = key
    this.#weight += this.#weights[key]!
    while (this.#weight > this.#capacity) this.#drop(this.#worst())
    return false
  }

  #worst(): number {
    const all = this.#count <= samples
    let worst = -1
    let most = -1
    for (let sample = 0; sample < Math.min(samples, this.#count); sample++) {
      const place = all ? sample : Math.floor(this.#random() * this.#count)
      const key = this.#keys[place]!
      const badness = (this.#due[key]! - this.#time) * this.#weights[key]!
      if (badness > most) {
        most = badness
        worst = key
      }
    }
    return worst
  }

  #drop(key: number): void {
    const place = this.#place[key]!
    const last = this.#keys[--this.#count]!
    this.#keys[place] = last
    this.#place[last] = place
    this.#place[key] = -1
    this.#weight -= this.#weights[key]!
  }
}
