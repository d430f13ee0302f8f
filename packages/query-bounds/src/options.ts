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
import type { GroupSettings } from './group.ts'
import type { QueryMatch } from './match-key.ts'
import type { QueryLike } from './query-cache-like.ts'
import { isCost, isPriority } from './query-meta.ts'
import type { MutationLimits } from './settled-mutations.ts'

/** The bounds of a query cache or of a group. */
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

/** Queries with a budget of their own. */
export interface QueryGroup extends QueryLimits {
  /** A label in statistics; unique, and not `default`, the name of what no group takes. */
  readonly name: string
  /** The beginning of their keys, or what returns `true` for them; the first group that matches takes a query. */
  readonly match: QueryMatch
  /**
   * Of queries with different priorities the lower goes first; an integer from -10 to 10.
   *
   * @defaultValue 0
   */
  readonly priority?: number
  /**
   * What it costs to fetch one again, in any unit that all groups share; a positive number.
   *
   * @defaultValue 1
   */
  readonly cost?: number
}

/** The bounds of settled mutations that nobody observes. */
export interface MutationBounds {
  /**
   * The most that are kept.
   *
   * @defaultValue 100
   */
  readonly maxSettled?: number
  /**
   * The most bytes they keep, estimated: what was sent, what came back, and the context.
   *
   * @defaultValue `'8MiB'`
   */
  readonly maxBytes?: ByteSize
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
   * Parts of the cache with bounds, a priority or a cost of their own, inside those of the whole.
   *
   * @defaultValue there are none.
   */
  readonly groups?: readonly QueryGroup[]
  /**
   * Bounds for settled mutations that nobody observes, where the target is a client; `false` leaves mutations alone.
   *
   * @defaultValue `{ maxSettled: 100, maxBytes: '8MiB' }`
   */
  readonly mutations?: MutationBounds | false
  /**
   * For how long after an eviction a fetch of the same query counts as a regret, in milliseconds.
   *
   * @defaultValue 60,000
   */
  readonly regretWindow?: number
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
    Required<Omit<BoundQueriesOptions, keyof QueryLimits | 'ratios' | 'groups' | 'mutations'>> {
  readonly ratios: LevelRatios
  /** Those of the caller, and at last that of all other queries. */
  readonly groups: readonly GroupSettings[]
  readonly mutations: MutationLimits | undefined
}

const longestGrace = 3_600_000
const longestRegret = 86_400_000
const otherQueries = 'default'

/**
 * Fills in the defaults and refuses settings under which the cache would have no bound.
 *
 * @throws CultusError `CULTUS_INVALID_OPTION`
 */
export function resolveOptions(options: BoundQueriesOptions): ResolvedOptions {
  const { role, burst, sizeOf, protect } = options
  if (role !== undefined && typeof role !== 'string')
    throw invalidOption('role', 'be a string', role)
  for (const [option, value] of Object.entries({ sizeOf, protect })) {
    if (value !== undefined && typeof value !== 'function') {
      throw invalidOption(option, 'be a function', value)
    }
  }
  const groups = resolveGroups(options.groups)
  const limits = resolveLimits(options)
  if (![limits, ...groups].some(isLimited)) {
    throw invalidOption('maxQueries', 'be given unless `maxBytes` is', options.maxQueries)
  }
  return {
    ...limits,
    groups,
    name: nameOption('name', options.name ?? 'queries'),
    role,
    sizeOf,
    protect,
    burst: burst === undefined ? undefined : countOption('burst', burst, 0),
    grace: numberOption('grace', options.grace ?? 1_000, 0, longestGrace),
    minInactive: countOption('minInactive', options.minInactive ?? 16, 0),
    mutations: resolveMutations(options.mutations),
    regretWindow: numberOption('regretWindow', options.regretWindow ?? 60_000, 0, longestRegret),
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
export function resolveLimits(
  limits: QueryLimits,
  present: ResolvedLimits = unlimited,
  prefix = '',
): ResolvedLimits {
  const { maxQueries, maxBytes } = limits
  return {
    maxQueries:
      maxQueries === undefined
        ? present.maxQueries
        : countOption(`${prefix}maxQueries`, maxQueries, 1),
    maxBytes: maxBytes === undefined ? present.maxBytes : parseBytes(maxBytes, `${prefix}maxBytes`),
  }
}

const unlimited: ResolvedLimits = {
  maxQueries: Number.POSITIVE_INFINITY,
  maxBytes: Number.POSITIVE_INFINITY,
}

export function isLimited({ maxQueries, maxBytes }: ResolvedLimits): boolean {
  return maxQueries !== Number.POSITIVE_INFINITY || maxBytes !== Number.POSITIVE_INFINITY
}

function resolveGroups(groups: readonly QueryGroup[] = []): readonly GroupSettings[] {
  if (!Array.isArray(groups)) throw invalidOption('groups', 'be an array', groups)
  const names = new Set([otherQueries])
  const resolved = groups.map((group: QueryGroup, index): GroupSettings => {
    const prefix = `groups[${index}].`
    if (typeof group !== 'object' || group === null) {
      throw invalidOption(`groups[${index}]`, 'be an object', group)
    }
    const { match, priority = 0, cost = 1 } = group
    const name = nameOption(`${prefix}name`, group.name)
    if (names.has(name)) throw invalidOption(`${prefix}name`, 'be a name no other group has', name)
    names.add(name)
    if (typeof match !== 'function' && !(Array.isArray(match) && match.length > 0)) {
      throw invalidOption(`${prefix}match`, 'be a function or the beginning of a key', match)
    }
    if (!isPriority(priority)) {
      throw invalidOption(`${prefix}priority`, 'be an integer from -10 to 10', priority)
    }
    if (!isCost(cost)) throw invalidOption(`${prefix}cost`, 'be a positive number', cost)
    return { ...resolveLimits(group, unlimited, prefix), name, match, priority, cost }
  })
  return [...resolved, { ...unlimited, name: otherQueries, match: [], priority: 0, cost: 1 }]
}

function resolveMutations(bounds: MutationBounds | false = {}): MutationLimits | undefined {
  if (bounds === false) return undefined
  if (typeof bounds !== 'object' || bounds === null) {
    throw invalidOption('mutations', 'be an object or false', bounds)
  }
  const { maxSettled = 100, maxBytes = '8MiB' } = bounds
  return {
    maxSettled: countOption('mutations.maxSettled', maxSettled, 0),
    maxBytes: parseBytes(maxBytes, 'mutations.maxBytes'),
  }
}

function nameOption(option: string, name: unknown): string {
  if (typeof name === 'string' && name !== '') return name
  throw invalidOption(option, 'be a non-empty string', name)
}

function countOption(name: string, value: number, min: 0 | 1): number {
  if (Number.isSafeInteger(value) && value >= min) return value
  throw invalidOption(
    name,
    min === 1 ? 'be a positive integer' : 'be an integer of at least 0',
    value,
  )
}
