import { KeyList, Links } from './key-list.ts'
import type { Setting, Simulator } from './simulator.ts'

const nowhere = 0
const inRecent = 1
const inFrequent = 2
const inRecentGhosts = 3
const inFrequentGhosts = 4

/**
 * Two LRU lists, of keys requested once and of keys requested again, whose shares follow which of their ghosts are
 * asked for. (Megiddo and Modha, "ARC: A Self-Tuning, Low Overhead Replacement Cache", FAST 2003, figure 4.)
 *
 * Defined for entries only: the paper says nothing of sizes.
 */
export class ArcSimulator implements Simulator {
  readonly #capacity: number
  readonly #where: Uint8Array
  readonly #recent: KeyList
  readonly #frequent: KeyList
  readonly #recentGhosts: KeyList
  readonly #frequentGhosts: KeyList
  /** How many entries the list of recent keys should have; `p` in the paper. */
  #target = 0

  constructor({ capacity, weights }: Setting) {
    this.#capacity = capacity
    this.#where = new Uint8Array(weights.length)
    const links = new Links(weights.length)
    this.#recent = new KeyList(links, weights)
    this.#frequent = new KeyList(links, weights)
    this.#recentGhosts = new KeyList(links, weights)
    this.#frequentGhosts = new KeyList(links, weights)
  }

  access(key: number): boolean {
    switch (this.#where[key]) {
      case inRecent:
        this.#recent.remove(key)
        this.#enter(key, this.#frequent, inFrequent)
        return true
      case inFrequent:
        this.#frequent.remove(key)
        this.#frequent.pushFront(key)
        return true
      case inRecentGhosts: {
        const step = Math.max(this.#frequentGhosts.count / this.#recentGhosts.count, 1)
        this.#target = Math.min(this.#capacity, this.#target + step)
        this.#replace(false)
        this.#recentGhosts.remove(key)
        this.#enter(key, this.#frequent, inFrequent)
        return false
      }
      case inFrequentGhosts: {
        const step = Math.max(this.#recentGhosts.count / this.#frequentGhosts.count, 1)
        this.#target = Math.max(0, this.#target - step)
        this.#replace(true)
        this.#frequentGhosts.remove(key)
        this.#enter(key, this.#frequent, inFrequent)
        return false
      }
      default:
        this.#makeRoom()
        this.#enter(key, this.#recent, inRecent)
        return false
    }
  }

  /** Makes room for a key of which nothing is known. */
  #makeRoom(): void {
    const once = this.#recent.count + this.#recentGhosts.count
    const again = this.#frequent.count + this.#frequentGhosts.count
    if (once === this.#capacity) {
      if (this.#recent.count < this.#capacity) {
        this.#forget(this.#recentGhosts)
        this.#replace(false)
      } else this.#forget(this.#recent)
    } else if (once + again >= this.#capacity) {
      if (once + again === 2 * this.#capacity) this.#forget(this.#frequentGhosts)
      this.#replace(false)
    }
  }

  #replace(wantedFrequent: boolean): void {
    const { count } = this.#recent
    if (count >= 1 && (count > this.#target || (wantedFrequent && count === this.#target))) {
      this.#enter(this.#recent.popBack(), this.#recentGhosts, inRecentGhosts)
    } else this.#enter(this.#frequent.popBack(), this.#frequentGhosts, inFrequentGhosts)
  }

  #enter(key: number, list: KeyList, where: number): void {
    list.pushFront(key)
    this.#where[key] = where
  }

  #forget(list: KeyList): void {
    this.#where[list.popBack()] = nowhere
  }
}
