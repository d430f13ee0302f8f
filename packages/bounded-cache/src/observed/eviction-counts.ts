/** Why entries were evicted; counters that only grow. */
export interface EvictionsByCause {
  /** For a new entry, or one that has become larger. */
  readonly bound: number
  /** To give memory back: bounds that pressure lowered, a release, a purge. */
  readonly pressure: number
  /** Because the bounds were changed. */
  readonly resize: number
}

/** Counts evictions by their cause. */
export class EvictionCounts implements EvictionsByCause {
  bound = 0
  pressure = 0
  resize = 0

  /** All of them. */
  get sum(): number {
    return this.bound + this.pressure + this.resize
  }
}
