import {
  heldShare,
  isolate,
  levelRank,
  type MemoryConsumer,
  type PressureLevel,
} from '@cultus/core'
import type { ReclaimTarget } from './reclaim.ts'
import { type ResolvedTiers, tierRatio } from './tiers.ts'

/** A consumer and the share of its bound it is left. */
export interface Limit extends ReclaimTarget {
  /** What it held when the pressure began, as a share of its bound. */
  readonly held: number
  /** The limit ratio last set. */
  readonly ratio: number
}

interface MutableLimit extends ReclaimTarget {
  held: number
  ratio: number
}

/** The limit ratios of all consumers: what each is left now, and what the present level would leave it. */
export class ConsumerLimits {
  readonly #tiers: ResolvedTiers
  readonly #limits = new Map<string, MutableLimit>()
  #level: PressureLevel = 'normal'

  constructor(tiers: ResolvedTiers) {
    this.#tiers = tiers
  }

  get all(): readonly Limit[] {
    return [...this.#limits.values()]
  }

  /** Takes a consumer in and limits it to what the present level leaves it. */
  add(label: string, consumer: MemoryConsumer): Limit {
    const limit = { label, consumer, held: heldShare(consumer), ratio: 1 }
    this.#limits.set(label, limit)
    // Also at 1: whoever limited it before has no say any more.
    this.set(limit, this.target(limit))
    return limit
  }

  /** Lets a consumer go with its full bound. */
  remove(label: string): void {
    const limit = this.#limits.get(label)
    if (limit === undefined) return
    this.#limits.delete(label)
    if (limit.ratio === 1) return
    limit.ratio = 1
    giveBack(limit.consumer)
  }

  /**
   * Enters a level, lowers every limit that is above what it leaves, and returns those. Raises none: that
   * is what recovery is for.
   */
  enter(level: PressureLevel): readonly Limit[] {
    if (this.#level === 'normal' && levelRank(level) > 0)
      for (const limit of this.#limits.values()) limit.held = heldShare(limit.consumer)
    this.#level = level
    const lowered: Limit[] = []
    for (const limit of this.#limits.values()) {
      const target = this.target(limit)
      if (target >= limit.ratio) continue
      this.set(limit, target)
      lowered.push(limit)
    }
    return lowered
  }

  /** The limit ratio that the present level leaves a consumer. */
  target({ label, consumer, held }: Limit): number {
    const level = this.#level
    if (level === 'normal') return 1
    const ratio = isolate(`\`ratios\` of consumer ${label}`, () =>
      tierRatio(this.#tiers, level, consumer),
    )
    return held * (ratio ?? tierRatio(this.#tiers, level, {}))
  }

  /** Sets the limit ratio of a consumer that is still here. */
  set(limit: Limit, ratio: number): void {
    const known = this.#limits.get(limit.label)
    if (known !== limit) return
    known.ratio = ratio
    isolate(`\`setLimitRatio\` of consumer ${limit.label}`, () =>
      limit.consumer.setLimitRatio(ratio),
    )
  }

  /** Lets everyone go with their full bound. */
  clear(): void {
    for (const label of [...this.#limits.keys()]) this.remove(label)
    this.#level = 'normal'
  }
}

function giveBack(consumer: MemoryConsumer): void {
  try {
    consumer.setLimitRatio(1)
  } catch {
    // It is leaving: one that was disposed has no bound to be given back.
  }
}
