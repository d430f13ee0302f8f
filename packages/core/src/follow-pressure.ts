import type { PressureBus } from './bus.ts'
import type { Clock } from './clock.ts'
import type { ConsumerUsage, LevelRatios, MemoryConsumer, ReleaseBudget } from './consumer.ts'
import { numberOption } from './errors.ts'
import type { PressureLevelEvent } from './event.ts'
import { consumerRegistry, pressureBus } from './global.ts'
import { elevatedLevels, levelRank, type PressureLevel } from './level.ts'
import { isolate } from './listeners.ts'
import type { ConsumerRegistry } from './registry.ts'
import { systemClock } from './system-clock.ts'

/** The share of its bound that a consumer keeps at each level unless told otherwise. */
export const defaultLevelRatios: LevelRatios = { warning: 0.75, critical: 0.5, emergency: 0.1 }

/** Settings for {@link followPressure}. */
export interface FollowPressureOptions {
  /** @defaultValue `pressureBus()` */
  readonly bus?: PressureBus
  /** Whose coordinator, where there is one, decides instead. @defaultValue `consumerRegistry()` */
  readonly registry?: ConsumerRegistry
  /**
   * What the consumer keeps at each level. The consumer's own `ratios` win over these.
   *
   * @defaultValue {@link defaultLevelRatios}
   */
  readonly ratios?: Partial<LevelRatios>
  /**
   * How fast the bound grows back, as a share of the full bound per second.
   *
   * @defaultValue 0.05
   */
  readonly regrowth?: number
  /** @defaultValue `systemClock` */
  readonly clock?: Clock
}

const regrowthStep = 1_000
/**
 * A consumer that holds next to nothing when pressure comes is still left a tenth of its bound to scale, or
 * it could cache nothing for as long as the pressure lasts.
 */
const leastHeld = 0.1

/**
 * Makes a consumer follow the pressure of the bus, and returns a function that ends it.
 *
 * On entering a level the consumer is limited to `ratio` × the smaller of its bound and what it held when the
 * pressure began, and releases down to that; so a half-full cache gives memory back too. When pressure
 * falls the limit grows back gradually. While someone has the coordinator's seat of the registry, that one
 * decides and this does nothing.
 *
 * @throws CultusError `CULTUS_INVALID_OPTION`
 */
export function followPressure(
  consumer: MemoryConsumer,
  options: FollowPressureOptions = {},
): () => void {
  const { bus = pressureBus(), registry = consumerRegistry(), clock = systemClock } = options
  const ratios = resolveRatios({ ...options.ratios, ...consumer.ratios })
  const regrowth = numberOption('regrowth', options.regrowth ?? 0.05, 0.001, 1)
  const aborted: { aborted: boolean } = { aborted: false }
  let limit = 1
  let heldAtOnset = 1
  let level: PressureLevel = 'normal'
  let cancelGrowth: (() => void) | undefined

  const target = (): number => (level === 'normal' ? 1 : ratios[level] * heldAtOnset)
  const apply = (ratio: number): void => {
    limit = ratio
    isolate(`\`setLimitRatio\` of consumer ${consumer.name}`, () => consumer.setLimitRatio(ratio))
  }
  const stopGrowing = (): void => {
    cancelGrowth?.()
    cancelGrowth = undefined
  }
  const grow = (): void => {
    cancelGrowth = undefined
    if (limit >= target()) return
    cancelGrowth = clock.setTimer(() => {
      apply(Math.min(target(), limit + regrowth * (regrowthStep / 1_000)))
      grow()
    }, regrowthStep)
  }
  const answer = (next: PressureLevel): void => {
    const rose = levelRank(next) > levelRank(level)
    if (level === 'normal' && rose) heldAtOnset = heldShare(consumer)
    level = next
    if (registry.coordinator !== undefined) return
    stopGrowing()
    if (target() < limit) {
      apply(target())
      const budget: ReleaseBudget = { signal: aborted }
      void isolate(`\`release\` of consumer ${consumer.name}`, () => consumer.release(budget))
    } else grow()
  }

  const leaveBus = bus.subscribe('level', (event: PressureLevelEvent) => answer(event.level))
  const leaveRegistry = registry.subscribe((event) => {
    if (event.type !== 'coordinator') return
    stopGrowing()
    // Whatever limit the coordinator left behind is not to be trusted: start from the full bound.
    if (event.coordinator === undefined) {
      apply(1)
      answer(level)
    }
  })
  return () => {
    aborted.aborted = true
    leaveBus()
    leaveRegistry()
    stopGrowing()
    if (limit < 1 && registry.coordinator === undefined) apply(1)
  }
}

/** Fills in the default ratios and refuses any outside 0…1 or growing with the level. */
export function resolveRatios(ratios: Partial<LevelRatios> = {}): LevelRatios {
  const resolved = { ...defaultLevelRatios }
  let previous = 1
  for (const level of elevatedLevels) {
    previous = numberOption(
      `ratios.${level}`,
      ratios[level] ?? Math.min(previous, defaultLevelRatios[level]),
      0,
      previous,
    )
    resolved[level] = previous
  }
  return resolved
}

/** How much of its bound a consumer holds, as a share from a tenth to 1. */
export function heldShare(consumer: MemoryConsumer): number {
  const usage: ConsumerUsage | undefined = isolate(`\`usage\` of consumer ${consumer.name}`, () =>
    consumer.usage(),
  )
  if (usage === undefined) return 1
  const { bytes, limitBytes, entries, limitEntries } = usage
  const shares = [limitBytes && bytes / limitBytes, limitEntries && entries / limitEntries].filter(
    (share): share is number => typeof share === 'number' && share >= 0,
  )
  return shares.length === 0 ? 1 : Math.min(1, Math.max(leastHeld, ...shares))
}
