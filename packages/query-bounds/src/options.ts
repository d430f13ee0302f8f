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
import type { QueryLike } from './query-cache-like.ts'

/** The bounds of a query cache; at least one of the two is given. */
export interface QueryLimits {
  /**
   * The most queries the cache holds, those in use included; a positive integer.
   *
   * @defaultValue `Infinity`: only `maxBytes` bounds the cache.
   */
  readonly maxQueries?: number | undefined
  /**
   * The most bytes the cache holds, estimated, those in use included.
   *
   * @defaultValue `Infinity`: only `maxQueries` bounds the cache.
   */
  readonly maxBytes?: ByteSize | undefined
}

/** A query that was removed to keep the bound. */
export interface QueryEviction {
  readonly query: QueryLike
  /** What it was counted with. */
  readonly bytes: number
  /**
   * Why: `bound` for the configured bound, `pressure` for a bound lowered by memory pressure, `burst` for so
   * many at once that its grace was cut short, `purge` for a call of `purge()`.
   */
  readonly reason: 'bound' | 'pressure' | 'burst' | 'purge'
}

/** Settings for {@link boundQueries}. */
export interface BoundQueriesOptions extends QueryLimits {
  /**
   * The name in the registry and in metrics.
   *
   * @defaultValue `'queries'`
   */
  readonly name?: string
  /**
   * What the cache is for, such as `ai`; a tier of `@cultus/pressure` may name it.
   *
   * @defaultValue it has no role.
   */
  readonly role?: string | undefined
  /**
   * The bytes that the data of a query retains; called once for each new `data`.
   *
   * @defaultValue `estimateBytes` from `@cultus/core/sizing`.
   */
  readonly sizeOf?: ((data: unknown, query: QueryLike) => number) | undefined
  /**
   * How long a query is left alone after it was last read, written or unobserved, in milliseconds.
   *
   * @defaultValue 1000
   */
  readonly grace?: number
  /**
   * How many queries over `maxQueries` may stand inside their grace; beyond it the oldest go at once.
   *
   * @defaultValue a quarter of `maxQueries`, at least 64. `maxBytes` may be passed by a quarter.
   */
  readonly burst?: number | undefined
  /**
   * How many idle queries are kept although queries in use fill the bound alone.
   *
   * @defaultValue 16
   */
  readonly minInactive?: number
  /**
   * Whether a query must stay though nobody uses it; asked when it becomes idle and before it would go.
   *
   * @defaultValue none is protected.
   */
  readonly protect?: ((query: QueryLike) => boolean) | undefined
  /**
   * The share of the bound that is kept at each pressure level.
   *
   * @defaultValue `defaultLevelRatios` from `@cultus/core`: 0.75, 0.5 and 0.1.
   */
  readonly ratios?: Partial<LevelRatios>
  /**
   * Called after each eviction.
   *
   * @defaultValue nothing is called.
   */
  readonly onEvict?: ((eviction: QueryEviction) => void) | undefined
  /**
   * Whether the bound follows the pressure of the bus.
   *
   * @defaultValue true
   */
  readonly followPressure?: boolean
  /** @defaultValue `systemClock` */
  readonly clock?: Clock
  /** @defaultValue `pressureBus()` */
  readonly bus?: PressureBus
  /** @defaultValue `consumerRegistry()` */
  readonly registry?: ConsumerRegistry
}

/** Bounds with every default filled in. */
export interface ResolvedLimits {
  readonly maxQueries: number
  readonly maxBytes: number
}

/** Settings with every default filled in. */
export interface ResolvedOptions
  extends ResolvedLimits,
    Required<Omit<BoundQueriesOptions, keyof QueryLimits | 'ratios'>> {
  readonly ratios: LevelRatios
}

const longestGrace = 3_600_000

/**
 * Fills in the defaults and refuses settings under which the cache would have no bound.
 *
 * @throws CultusError `CULTUS_INVALID_OPTION`
 */
export function resolveOptions(options: BoundQueriesOptions): ResolvedOptions {
  const { name = 'queries', role, burst, sizeOf, protect, onEvict } = options
  if (typeof name !== 'string' || name === '') {
    throw invalidOption('name', 'be a non-empty string', name)
  }
  if (role !== undefined && typeof role !== 'string')
    throw invalidOption('role', 'be a string', role)
  for (const [option, value] of Object.entries({ sizeOf, protect, onEvict })) {
    if (value !== undefined && typeof value !== 'function') {
      throw invalidOption(option, 'be a function', value)
    }
  }
  return {
    ...resolveLimits(options),
    name,
    role,
    sizeOf,
    protect,
    onEvict,
    burst: burst === undefined ? undefined : countOption('burst', burst, 0),
    grace: numberOption('grace', options.grace ?? 1_000, 0, longestGrace),
    minInactive: countOption('minInactive', options.minInactive ?? 16, 0),
    ratios: resolveRatios(options.ratios),
    followPressure: options.followPressure ?? true,
    clock: options.clock ?? systemClock,
    bus: options.bus ?? pressureBus(),
    registry: options.registry ?? consumerRegistry(),
  }
}

/**
 * Checks the bounds; one that is absent is that of `present`, or none.
 *
 * @throws CultusError `CULTUS_INVALID_OPTION`
 */
export function resolveLimits(limits: QueryLimits, present?: ResolvedLimits): ResolvedLimits {
  const maxQueries =
    limits.maxQueries === undefined
      ? (present?.maxQueries ?? Number.POSITIVE_INFINITY)
      : countOption('maxQueries', limits.maxQueries, 1)
  const maxBytes =
    limits.maxBytes === undefined
      ? (present?.maxBytes ?? Number.POSITIVE_INFINITY)
      : parseBytes(limits.maxBytes, 'maxBytes')
  if (maxQueries === Number.POSITIVE_INFINITY && maxBytes === Number.POSITIVE_INFINITY) {
    throw invalidOption('maxQueries', 'be given unless `maxBytes` is', limits.maxQueries)
  }
  return { maxQueries, maxBytes }
}

function countOption(name: string, value: number, min: 0 | 1): number {
  if (Number.isSafeInteger(value) && value >= min) return value
  throw invalidOption(
    name,
    min === 1 ? 'be a positive integer' : 'be an integer of at least 0',
    value,
  )
}
