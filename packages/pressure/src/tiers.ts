import {
  defaultLevelRatios,
  type ElevatedLevel,
  elevatedLevels,
  invalidOption,
  levelRank,
  type MemoryConsumer,
  numberOption,
} from '@cultus/core'

/** Something a tier does besides limiting consumers, and takes back when the pressure is gone. */
export interface TierAction {
  /** A label for people and logs, unique among all tiers. */
  readonly name: string
  /** Gives something up. May return a promise; nothing waits for it except the way back of this action. */
  apply(): unknown
  /** Takes it back. Called once for each call of `apply`, also when that failed half-way. */
  revert(): unknown
}

/** What happens at one level. Tiers add up: at `critical` the actions of `warning` stand too. */
export interface Tier {
  /**
   * The share of what it held that each consumer keeps, 0…1. A consumer's own `ratios` win over it.
   *
   * @defaultValue 0.75 at `warning`, 0.5 at `critical`, 0.1 at `emergency`.
   */
  readonly caches?: number
  /**
   * The share that consumers of a role keep, 0…1. It wins over `caches` and over a consumer's own `ratios`.
   *
   * @defaultValue `{ ai: 0 }` at `critical` and `emergency`, else `{}`.
   */
  readonly roles?: Readonly<Record<string, number>>
  /** @defaultValue `[]` */
  readonly actions?: readonly TierAction[]
}

/** What happens at each level. */
export type Tiers = Readonly<Record<ElevatedLevel, Tier>>

/** Tiers with every default filled in. */
export type ResolvedTiers = Readonly<Record<ElevatedLevel, Required<Tier>>>

/** The tiers of a responder that is not told otherwise. */
export const defaultTiers: ResolvedTiers = {
  warning: { caches: defaultLevelRatios.warning, roles: {}, actions: [] },
  critical: { caches: defaultLevelRatios.critical, roles: { ai: 0 }, actions: [] },
  emergency: { caches: defaultLevelRatios.emergency, roles: { ai: 0 }, actions: [] },
}

/**
 * Fills in the defaults, field by field, and refuses tiers that would keep more at a worse level.
 *
 * @throws CultusError `CULTUS_INVALID_OPTION`
 */
export function resolveTiers(tiers: Partial<Tiers> = {}): ResolvedTiers {
  const names = new Set<string>()
  let most = 1
  const resolve = (level: ElevatedLevel): Required<Tier> => {
    const fallback = defaultTiers[level]
    const {
      caches = Math.min(most, fallback.caches),
      roles = fallback.roles,
      actions = [],
    } = tiers[level] ?? {}
    most = numberOption(`tiers.${level}.caches`, caches, 0, most)
    for (const [role, ratio] of Object.entries(roles))
      numberOption(`tiers.${level}.roles.${role}`, ratio, 0, 1)
    for (const action of actions) checkAction(level, action, names)
    return { caches: most, roles: { ...roles }, actions: [...actions] }
  }
  return {
    warning: resolve('warning'),
    critical: resolve('critical'),
    emergency: resolve('emergency'),
  }
}

/**
 * The share of what it held that a consumer keeps at a level.
 *
 * The tier's ratio for its role decides, then its own, then the tier's; never more than at a milder level.
 */
export function tierRatio(
  tiers: ResolvedTiers,
  level: ElevatedLevel,
  consumer: Pick<MemoryConsumer, 'role' | 'ratios'>,
): number {
  let least = 1
  for (const step of elevatedLevels.slice(0, levelRank(level))) {
    const { roles, caches } = tiers[step]
    const { role, ratios } = consumer
    const byRole = role !== undefined && Object.hasOwn(roles, role) ? roles[role] : undefined
    least = Math.min(least, byRole ?? ownRatio(ratios?.[step]) ?? caches)
  }
  return least
}

function checkAction(level: ElevatedLevel, action: TierAction, names: Set<string>): void {
  const option = `tiers.${level}.actions`
  if (typeof action?.name !== 'string' || action.name === '')
    throw invalidOption(option, 'have a `name` each', action?.name)
  if (names.has(action.name)) throw invalidOption(option, 'have unique names', action.name)
  names.add(action.name)
  for (const method of ['apply', 'revert'] as const) {
    if (typeof action[method] !== 'function')
      throw invalidOption(option, `have \`${method}()\` each`, action[method])
  }
}

/** A consumer is foreign code: a ratio that is none counts as not given. */
function ownRatio(ratio: number | undefined): number | undefined {
  return typeof ratio === 'number' && ratio >= 0 && ratio <= 1 ? ratio : undefined
}
