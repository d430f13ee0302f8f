import {
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
import type { BoundedCacheOptions, CacheBounds } from './options.ts'
import { policies, policyNames } from './policies/named.ts'
import type { PolicyFactory, PolicyName } from './policies/policy.ts'
import type { Removal } from './removal.ts'

/** A week: what entries are kept past their end is room that their end does not have. */
const longestWindow = 7 * 24 * 3_600_000
/** 24 days, for the same reason. */
const longestIdle = 2 ** 31 - 1

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
  /** Whole milliseconds; 0 for ever. */
  readonly maxIdle: number
  readonly staleWhileRevalidate: number
  readonly staleIfError: number
  readonly negativeTtl: number | undefined
  readonly isNegative: (value: V) => boolean
  readonly maxLoads: number
  readonly policy: PolicyFactory
  /** Whether the policy asks what it costs to make a value. */
  readonly byCost: boolean
  readonly observe: boolean
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
  const { name = 'cache', role, maxEntryShare = 1 / 8, isNegative = isNothing } = options
  const { policy = 'adaptive', maxLoads = Number.POSITIVE_INFINITY } = options
  if (typeof name !== 'string' || name === '')
    throw invalidOption('name', 'be a non-empty string', name)
  if (options.maxEntries === undefined && options.maxBytes === undefined)
    throw invalidOption('maxEntries', 'be given where `maxBytes` is not', undefined)
  if (role !== undefined && typeof role !== 'string')
    throw invalidOption('role', 'be a string', role)
  if (maxLoads !== Number.POSITIVE_INFINITY && !(Number.isSafeInteger(maxLoads) && maxLoads >= 1))
    throw invalidOption('maxLoads', 'be a positive integer', maxLoads)
  return {
    name,
    ...resolveBounds(options, unbounded),
    ttl: lifetime('ttl', options.ttl),
    maxIdle: wholeOrNone(lifetime('maxIdle', options.maxIdle)),
    staleWhileRevalidate: staleWindow('staleWhileRevalidate', options.staleWhileRevalidate),
    staleIfError: staleWindow('staleIfError', options.staleIfError),
    negativeTtl: negativeLifetime(options.negativeTtl),
    isNegative: callback('isNegative', isNegative),
    maxLoads,
    policy: policyOf(policy),
    byCost: policy === 'gdsf' || typeof policy === 'function',
    observe: flag('observe', options.observe, policy !== 'lru' && policy !== 'sieve'),
    role,
    sizeOf: options.sizeOf && callback('sizeOf', options.sizeOf),
    // A share of 0 would refuse everything.
    maxEntryShare: numberOption('maxEntryShare', maxEntryShare, 0.001, 1),
    ratios: resolveRatios(options.ratios),
    onRemoval: options.onRemoval && callback('onRemoval', options.onRemoval),
    followPressure: flag('followPressure', options.followPressure, true),
    clock: options.clock ?? systemClock,
    bus: options.bus ?? pressureBus(),
    registry: options.registry ?? consumerRegistry(),
  }
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null
}

function policyOf(policy: PolicyName | PolicyFactory): PolicyFactory {
  if (typeof policy === 'function') return policy
  if (!policyNames.includes(policy))
    throw invalidOption('policy', `be a function or one of ${policyNames.join(', ')}`, policy)
  return policies[policy]
}

function lifetime(name: string, time: number = Number.POSITIVE_INFINITY): number {
  if (typeof time === 'number' && time >= 1) return time
  throw invalidOption(name, 'be a number of milliseconds of at least 1', time)
}

function negativeLifetime(time: number | undefined): number | undefined {
  if (time === undefined || (typeof time === 'number' && time >= 0)) return time
  throw invalidOption('negativeTtl', 'be a number of milliseconds of at least 0', time)
}

function wholeOrNone(time: number): number {
  return time === Number.POSITIVE_INFINITY ? 0 : Math.min(longestIdle, Math.floor(time))
}

function staleWindow(name: string, time = 0): number {
  return Math.floor(numberOption(name, time, 0, longestWindow))
}

function callback<T>(name: string, value: T): T {
  if (typeof value === 'function') return value
  throw invalidOption(name, 'be a function', value)
}

function flag(name: string, value: boolean | undefined, usual: boolean): boolean {
  if (value !== undefined && typeof value !== 'boolean')
    throw invalidOption(name, 'be true or false', value)
  return value ?? usual
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
