import type { Policy, Slots } from './policy.ts'
import type { Rule } from './rules.ts'
import { Segments } from './segments.ts'
import { none } from './slot-lists.ts'

/** Evicts by one rule over the segments, which may give way to another at any time. */
export class Segmented implements Policy {
  readonly #segments: Segments
  #rule: Rule

  constructor(slots: Slots, rule: Rule) {
    this.#segments = new Segments(slots, rule.remembers)
    this.#rule = rule
  }

  get eager(): boolean {
    return this.#rule.eager
  }

  get weight(): number {
    return this.#segments.weight
  }

  /** Goes on by another rule, in a time that does not depend on how many entries there are. */
  follow(rule: Rule): void {
    if (rule === this.#rule) return
    this.#rule = rule
    this.#segments.remember(rule.remembers)
    rule.begin(this.#segments)
  }

  insert(slot: number): void {
    const returned = this.#segments.recall(slot)
    this.#rule.insert(this.#segments, slot, returned)
  }

  used(slot: number): void {
    this.#rule.used(this.#segments, slot)
  }

  changed(slot: number, by: number): void {
    this.#segments.slots.lists.reweigh(slot, by)
  }

  remove(slot: number): void {
    this.#segments.remove(slot)
  }

  evict(): number {
    if (this.#segments.slots.size === 0) return none
    const slot = this.#rule.victim(this.#segments)
    this.#segments.giveUp(slot)
    return slot
  }

  order(): IterableIterator<number> {
    return this.#segments.order()
  }

  clear(): void {
    this.#segments.clear()
  }
}
