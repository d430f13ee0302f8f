import { seeded } from '../../zipf.ts'
import { FrequencySketch } from './frequency-sketch.ts'
import { HillClimber } from './hill-climber.ts'
import { KeyList, Links } from './key-list.ts'
import type { Setting, Simulator } from './simulator.ts'

const nowhere = 0
const inWindow = 1
const inProbation = 2
const inProtected = 3

/** A candidate requested as often comes in by chance even if it loses, or a stale main region would never change. */
const luckyFrequency = 6
const luck = 1 / 128

/** The share of the main region that is kept for keys requested again. */
const protectedShare = 0.8

/**
 * An LRU window for keys that just came in, and a main region that a key leaving the window enters only if it was
 * requested more often than the key it would push out, with rare exceptions by chance.
 *
 * (Einziger, Friedman and Manes, "TinyLFU", 2017; the adaptive window is that of "Adaptive Software Cache
 * Management", Middleware 2018, with the constants of Caffeine.) The main region is a segmented LRU, four fifths of
 * it protected.
 */
export class WTinyLfuSimulator implements Simulator {
  readonly #capacity: number
  readonly #weights: Float64Array
  readonly #where: Uint8Array
  readonly #window: KeyList
  readonly #probation: KeyList
  readonly #protected: KeyList
  readonly #sketch: FrequencySketch
  readonly #climber: HillClimber | undefined
  readonly #random: () => number
  #windowCapacity: number
  #protectedCapacity: number

  /** `windowShare` is the share of the window, where it begins if it is adaptive. */
  constructor(
    { capacity, weights, entries, seed }: Setting,
    windowShare: number,
    adaptive: boolean,
  ) {
    this.#capacity = capacity
    this.#weights = weights
    this.#where = new Uint8Array(weights.length)
    const links = new Links(weights.length)
    this.#window = new KeyList(links, weights)
    this.#probation = new KeyList(links, weights)
    this.#protected = new KeyList(links, weights)
    const main = Math.floor(capacity * (1 - windowShare))
    this.#windowCapacity = capacity - main
    this.#protectedCapacity = Math.floor(main * protectedShare)
    this.#sketch = new FrequencySketch(entries, seed)
    this.#random = seeded(seed)
    this.#climber = adaptive ? new HillClimber(entries, capacity) : undefined
  }

  access(key: number): boolean {
    const where = this.#where[key]
    const hit = where !== nowhere
    this.#sketch.increment(key)
    if (where === inWindow) touch(this.#window, key)
    else if (where === inProtected) touch(this.#protected, key)
    else if (where === inProbation) this.#protect(key)
    else if (this.#weights[key]! <= this.#capacity) this.#admit(key)
    const change = this.#climber?.record(hit) ?? 0
    if (change > 0) this.#growWindow(change)
    else if (change < 0) this.#shrinkWindow(-change)
    return hit
  }

  #admit(key: number): void {
    this.#enter(key, this.#window, inWindow)
    while (this.#window.weight > this.#windowCapacity) {
      const candidate = this.#window.popBack()
      this.#enter(candidate, this.#probation, inProbation)
      this.#settle(candidate)
    }
  }

  /** Evicts until all fits: the candidate, or as many victims as lose against it. */
  #settle(candidate: number): void {
    while (this.#weight > this.#capacity) {
      const victim = this.#victim(candidate)
      const wins = victim !== candidate && this.#wins(candidate, victim)
      this.#leave(wins ? victim : candidate)
      if (!wins) return
    }
  }

  #wins(candidate: number, victim: number): boolean {
    const frequency = this.#sketch.frequency(candidate)
    if (frequency > this.#sketch.frequency(victim)) return true
    return frequency >= luckyFrequency && this.#random() < luck
  }

  #victim(candidate: number): number {
    const { back } = this.#probation
    return back === candidate && this.#protected.count > 0 ? this.#protected.back : back
  }

  get #weight(): number {
    return this.#window.weight + this.#probation.weight + this.#protected.weight
  }

  #protect(key: number): void {
    this.#probation.remove(key)
    this.#enter(key, this.#protected, inProtected)
    this.#demote()
  }

  #demote(): void {
    while (this.#protected.weight > this.#protectedCapacity) {
      this.#enter(this.#protected.popBack(), this.#probation, inProbation)
    }
  }

  /** Takes room from the protected segment, and moves as much into the window. */
  #growWindow(change: number): void {
    let quota = Math.min(change, this.#protectedCapacity)
    this.#protectedCapacity -= quota
    this.#windowCapacity += quota
    this.#demote()
    for (;;) {
      const source = this.#probation.count > 0 ? this.#probation : this.#protected
      const key = source.back
      if (key === -1 || this.#weights[key]! > quota) break
      quota -= this.#weights[key]!
      source.remove(key)
      this.#enter(key, this.#window, inWindow)
    }
    this.#protectedCapacity += quota
    this.#windowCapacity -= quota
  }

  #shrinkWindow(change: number): void {
    let quota = Math.min(change, Math.max(0, this.#windowCapacity - 1))
    this.#protectedCapacity += quota
    this.#windowCapacity -= quota
    for (;;) {
      const key = this.#window.back
      if (key === -1 || this.#weights[key]! > quota) break
      quota -= this.#weights[key]!
      this.#window.remove(key)
      this.#enter(key, this.#probation, inProbation)
    }
    this.#protectedCapacity -= quota
    this.#windowCapacity += quota
  }

  #enter(key: number, list: KeyList, where: number): void {
    list.pushFront(key)
    this.#where[key] = where
  }

  #leave(key: number): void {
    const list = this.#where[key] === inProbation ? this.#probation : this.#protected
    list.remove(key)
    this.#where[key] = nowhere
  }
}

function touch(list: KeyList, key: number): void {
  if (list.front === key) return
  list.remove(key)
  list.pushFront(key)
}
