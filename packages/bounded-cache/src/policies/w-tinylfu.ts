import type { Policy, Slots } from './policy.ts'
import { FrequencyRule } from './rules.ts'
import { Segmented } from './segmented.ts'
import { WindowClimber } from './window-climber.ts'

const firstWindow = 0.01
/** The window is tried out for so many requests an entry: Einziger et al., 2018. */
const sampledRequests = 10

/** W-TinyLFU whose window climbs towards more hits. */
export class WTinyLfu implements Policy {
  readonly eager = false
  readonly #slots: Slots
  readonly #rule: FrequencyRule = new FrequencyRule(firstWindow, { chance: true })
  readonly #climber: WindowClimber = new WindowClimber(firstWindow)
  readonly #policy: Segmented
  #requestsBefore = 0
  #inserts = 0

  constructor(slots: Slots) {
    this.#slots = slots
    this.#policy = new Segmented(slots, this.#rule)
  }

  insert(slot: number): void {
    this.#inserts++
    const requests = this.#slots.requests - this.#requestsBefore
    if (requests >= sampledRequests * this.#slots.size) {
      this.#rule.window = this.#climber.next(requests - this.#inserts, requests)
      this.#requestsBefore = this.#slots.requests
      this.#inserts = 0
    }
    this.#policy.insert(slot)
  }

  used(): void {}

  changed(slot: number, by: number): void {
    this.#policy.changed(slot, by)
  }

  remove(slot: number): void {
    this.#policy.remove(slot)
  }

  evict(): number {
    return this.#policy.evict()
  }

  order(): IterableIterator<number> {
    return this.#policy.order()
  }

  clear(): void {
    this.#policy.clear()
  }
}
