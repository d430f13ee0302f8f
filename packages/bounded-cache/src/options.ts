import {
  type ByteSize,
  type Clock,
  type ConsumerRegistry,
  consumerRegistry,
  invalidOption,
  type LevelRatios,
  numberOption,
  type PressureBus,
  parseBytes,
  pressureBus,
  resolveRatios,
  systemClock,
} from '@cultus/core'
import { mostEntries } from './bounds.ts'
import { policyNames } from './policies/named.ts'
import type { PolicyName } from './policies/policy.ts'
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
   * The rule by which entries are evicted.
   *
   * @defaultValue `'lru'`
   */
  readonly policy?: PolicyName
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

/** Bounds as the cache reckons with them; `Infinity` stands for none. */
export interface BoundsInNumbers {
  readonly maxEntries: number
  readonly maxBytes: number
}

const unbounded: BoundsInNumbers = {
  maxEntries: Number.POSITIVE_INFINITY,
  maxBytes: Number.POSITIVE_INFINITY,
}

/** Settings with every default filled in; `Infinity` stands for no bound and for no expiry. */
export interface ResolvedOptions<K, V> extends BoundsInNumbers {
  readonly name: string
  readonly ttl: number
  readonly policy: PolicyName
  readonly role: string | undefined
  readonly sizeOf: ((value: V, key: K) => number) | undefined
  readonly maxEntryShare: number
  readonly ratios: LevelRatios
  readonly onRemoval: ((removal: Removal<K, V>) => void) | undefined
  readonly followPressure: boolean
  readonly clock: Clock
  readonly bus: PressureBus
  readonly registry: ConsumerRegistry
}

/**
 * Fills in the defaults, and refuses what would leave the cache unbounded or without use.
 *
 * @throws CultusError `CULTUS_INVALID_OPTION`
 */
export function resolveOptions<K, V>(options: BoundedCacheOptions<K, V>): ResolvedOptions<K, V> {
  const { name = 'cache', ttl = Number.POSITIVE_INFINITY, policy = 'lru', role } = options
  const { sizeOf, onRemoval, maxEntryShare = 1 / 8, followPressure = true } = options
  if (typeof name !== 'string' || name === '')
    throw invalidOption('name', 'be a non-empty string', name)
  if (options.maxEntries === undefined && options.maxBytes === undefined) {
    throw invalidOption('maxEntries', 'be given where `maxBytes` is not', undefined)
  }
  if (!(typeof ttl === 'number' && ttl >= 1)) {
    throw invalidOption('ttl', 'be a number of milliseconds of at least 1', ttl)
  }
  if (!policyNames.includes(policy)) {
    throw invalidOption('policy', `be one of ${policyNames.join(', ')}`, policy)
  }
  if (role !== undefined && typeof role !== 'string')
    throw invalidOption('role', 'be a string', role)
  if (sizeOf !== undefined && typeof sizeOf !== 'function')
    throw invalidOption('sizeOf', 'be a function', sizeOf)
  if (onRemoval !== undefined && typeof onRemoval !== 'function')
    throw invalidOption('onRemoval', 'be a function', onRemoval)
  if (typeof followPressure !== 'boolean')
    throw invalidOption('followPressure', 'be true or false', followPressure)
  return {
    name,
    ...resolveBounds(options, unbounded),
    ttl,
    policy,
    role,
    sizeOf,
    // A share of 0 would refuse everything.
    maxEntryShare: numberOption('maxEntryShare', maxEntryShare, 0.001, 1),
    ratios: resolveRatios(options.ratios),
    onRemoval,
    followPressure,
    clock: options.clock ?? systemClock,
    bus: options.bus ?? pressureBus(),
    registry: options.registry ?? consumerRegistry(),
  }
}

/**
 * The bounds in numbers; one that is not given is as it was.
 *
 * @throws CultusError `CULTUS_INVALID_OPTION`
 */
export function resolveBounds(bounds: CacheBounds, before: BoundsInNumbers): BoundsInNumbers {
  const { maxEntries, maxBytes } = bounds
  if (maxEntries !== undefined && !(Number.isSafeInteger(maxEntries) && maxEntries >= 1)) {
    throw invalidOption('maxEntries', 'be a positive integer', maxEntries)
  }
  if (maxEntries !== undefined && maxEntries > mostEntries)
    throw invalidOption('maxEntries', `be at most ${mostEntries}`, maxEntries)
  return {
    maxEntries: maxEntries ?? before.maxEntries,
    maxBytes: maxBytes === undefined ? before.maxBytes : parseBytes(maxBytes, 'maxBytes'),
  }
}
