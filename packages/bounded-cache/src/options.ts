import type { ByteSize, Clock, ConsumerRegistry, LevelRatios, PressureBus } from '@cultus/core'
import type { PolicyFactory, PolicyName } from './policies/policy.ts'
import type { Removal } from './removal.ts'

/** How much a cache may hold. */
export interface CacheBounds {
  /**
   * The most entries the cache holds; an integer from 1 to 16,000,000. Required unless `maxBytes` is given.
   *
   * @defaultValue no bound in entries
   */
  readonly maxEntries?: number
  /**
   * The most bytes the cache holds, such as `'64MiB'`: keys, values and bookkeeping. Required unless
   * `maxEntries` is given.
   *
   * @defaultValue no bound in bytes
   */
  readonly maxBytes?: ByteSize
}

/** Settings for `BoundedCache`; at least one of `maxEntries` and `maxBytes` is required. */
export interface BoundedCacheOptions<K, V> extends CacheBounds {
  /**
   * A label for people and metrics; the registry makes it unique.
   *
   * @defaultValue `'cache'`
   */
  readonly name?: string
  /**
   * How long an entry is served after it was set, in milliseconds, rounded down to a whole one. It is not
   * served at that instant any more.
   *
   * @defaultValue `Infinity`: entries do not expire.
   */
  readonly ttl?: number
  /**
   * How long an entry is served after it was used last, in milliseconds, rounded down to a whole one; its `ttl` ends it
   * all the same.
   *
   * @defaultValue `Infinity`: entries do not expire for want of use.
   */
  readonly maxIdle?: number
  /**
   * For how many milliseconds past its end `fetch` still answers with an old value, and loads a new one behind it.
   *
   * @defaultValue 0: callers wait for the new value.
   */
  readonly staleWhileRevalidate?: number
  /**
   * For how many milliseconds past its end `fetch` answers with an old value when the load fails.
   *
   * @defaultValue 0: callers get the error.
   */
  readonly staleIfError?: number
  /**
   * How long a value of `fetch` is kept that says there is none, in milliseconds; 0 for not at all.
   *
   * @defaultValue like every other value
   */
  readonly negativeTtl?: number
  /**
   * Whether a value says that there is none.
   *
   * @defaultValue whether it is `undefined` or `null`
   */
  readonly isNegative?: (value: V) => boolean
  /**
   * The most loads of `fetch` at once; others wait for their turn, in order.
   *
   * @defaultValue no bound
   */
  readonly maxLoads?: number
  /**
   * The rule by which entries are evicted: a name, or what makes a policy of your own, from
   * `@cultus/bounded-cache/policies`.
   *
   * @defaultValue `'adaptive'`
   */
  readonly policy?: PolicyName | PolicyFactory
  /**
   * Whether requests are sampled, so that `recommend`, `hotSet` and `regret` have something to tell. It takes up to
   * 54 kB, and hashes each key that comes in.
   *
   * @defaultValue true, but for the policies `lru` and `sieve`, which hash no keys otherwise
   */
  readonly observe?: boolean
  /**
   * What the cache is for, such as `ai` or `jwt`; a tier of `@cultus/pressure` may name it.
   *
   * @defaultValue none
   */
  readonly role?: string
  /**
   * The bytes of a value. The key and the bookkeeping of the cache are added to it. Where it throws or
   * returns no number of at least 0, the size is estimated and a process warning emitted once.
   *
   * @defaultValue `estimateBytes` of `@cultus/core/sizing`
   */
  readonly sizeOf?: (value: V, key: K) => number
  /**
   * The largest share of the byte bound in force that one entry may take; a larger one is refused.
   *
   * @defaultValue 0.125
   */
  readonly maxEntryShare?: number
  /**
   * The share of the bound that the cache keeps at each level.
   *
   * @defaultValue `{ warning: 0.75, critical: 0.5, emergency: 0.1 }`
   */
  readonly ratios?: Partial<LevelRatios>
  /**
   * Called with each value that leaves the cache or is refused, once the cache is in order again. What it
   * throws is reported once as a process warning.
   *
   * @defaultValue none
   */
  readonly onRemoval?: (removal: Removal<K, V>) => void
  /**
   * Whether the cache follows the bus when nobody has the coordinator's seat. When false it is still
   * registered, and a coordinator may still limit it.
   *
   * @defaultValue true
   */
  readonly followPressure?: boolean
  /**
   * The clock entries expire and releases are sliced by.
   *
   * @defaultValue `systemClock` of `@cultus/core`
   */
  readonly clock?: Clock
  /**
   * Where pressure is announced.
   *
   * @defaultValue `pressureBus()` of `@cultus/core`
   */
  readonly bus?: PressureBus
  /**
   * Where the cache registers.
   *
   * @defaultValue `consumerRegistry()` of `@cultus/core`
   */
  readonly registry?: ConsumerRegistry
}
