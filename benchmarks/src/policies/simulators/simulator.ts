/** A cache reduced to its decisions: which keys are in it. */
export interface Simulator {
  /** Requests a key, which comes in if it was not there, and returns whether it was there. */
  access(key: number): boolean
}

/** What a simulator is made for. */
export interface Setting {
  /** The most that all keys in the cache may weigh together. */
  readonly capacity: number
  /** How many keys of average weight fit. */
  readonly entries: number
  /** What each key weighs: 1 where entries are bounded, its size where bytes are. */
  readonly weights: Float64Array
  /** What missing each key costs; all 1 where only misses count. */
  readonly costs: Float64Array
  /** Where each request's key is requested again; see `nextUses`. */
  readonly next: Uint32Array
  readonly seed: number
}
