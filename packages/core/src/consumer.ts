import type { ElevatedLevel } from './level.ts'

/** The share of its bound that a consumer may use at each elevated level, 0…1. */
export type LevelRatios = Readonly<Record<ElevatedLevel, number>>

/** What a consumer holds and what it is worth. Counters only grow; sizes are of now. */
export interface ConsumerUsage {
  /** Bytes held, estimated or exact. */
  readonly bytes: number
  readonly entries: number
  /** The configured byte bound, before any ratio; `undefined` where there is none. */
  readonly limitBytes?: number | undefined
  /** The configured bound in entries, before any ratio; `undefined` where there is none. */
  readonly limitEntries?: number | undefined
  readonly hits: number
  readonly misses: number
  readonly evictions: number
  /** The same by group, for a consumer that holds several kinds of thing. */
  readonly groups?: Readonly<Record<string, Omit<ConsumerUsage, 'groups'>>>
  /** Hits per byte and second, over a recent window. */
  readonly hitDensity?: number
  /** What it costs to make a byte again, in milliseconds per byte. */
  readonly rebuildCost?: number
}

/** How a release should behave. */
export interface ReleaseBudget {
  /**
   * The longest the event loop may be held at a time, in milliseconds.
   *
   * @defaultValue 8
   */
  readonly slice?: number
  /** Ends the release between two slices. */
  readonly signal?: { readonly aborted: boolean }
}

/** What a release did. */
export interface ReleaseReport {
  readonly bytes: number
  readonly entries: number
  readonly slices: number
  /** Whether the consumer is inside its lowered bound, pinned entries aside. */
  readonly completed: boolean
}

/** Anything that holds memory it can give back. */
export interface MemoryConsumer {
  /** A label for people and metrics; the registry makes it unique. */
  readonly name: string
  readonly kind: 'cache' | 'query-cache' | 'pool' | 'other'
  /** What it is for, such as `ai` or `jwt`; a tier may name a role. */
  readonly role?: string
  /** Its own answer to the levels, where it differs from the default. */
  readonly ratios?: Partial<LevelRatios>
  usage(): ConsumerUsage
  /** Sets the share of its bound it may use from now on, 0…1. Frees nothing; O(1). */
  setLimitRatio(ratio: number): void
  /** Evicts down to the bound, giving the event loop back between slices. */
  release(budget?: ReleaseBudget): Promise<ReleaseReport>
  /** Drops everything that can be dropped, now. */
  purge?(): void
}
