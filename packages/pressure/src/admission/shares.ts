import { invalidOption, numberOption, type PressureLevel, pressureLevels } from '@cultus/core'
import { type RequestClass, requestClasses } from './request-class.ts'

/** The share of the concurrency limit up to which all requests together may stand for a class to be admitted. */
export type ClassShares = Readonly<Record<RequestClass, number>>

/** The shares at each level. */
export type LevelShares = Readonly<Record<PressureLevel, ClassShares>>

/** How many requests of all classes may be in flight for one more of a class to be admitted. */
export type Ceilings = Readonly<Record<PressureLevel, Readonly<Record<RequestClass, number>>>>

/** The shares of a controller that is not told otherwise. */
export const defaultShares: LevelShares = {
  normal: { essential: 1, standard: 0.8, background: 0.5 },
  warning: { essential: 1, standard: 0.7, background: 0.25 },
  critical: { essential: 1, standard: 0.4, background: 0 },
  emergency: { essential: 1, standard: 0, background: 0 },
}

/**
 * Fills in the default shares and refuses any table in which a lower class or a worse level is given more.
 *
 * A share that is not given is the default, or less where the level before it or the class above it has less.
 *
 * @throws CultusError `CULTUS_INVALID_OPTION`
 */
export function resolveShares(
  shares: Readonly<Partial<Record<PressureLevel, Partial<ClassShares>>>> = {},
): LevelShares {
  const resolved = {} as Record<PressureLevel, ClassShares>
  let milder: ClassShares = { essential: 1, standard: 1, background: 1 }
  for (const level of pressureLevels) {
    const row = {} as Record<RequestClass, number>
    let above = 1
    for (const requestClass of requestClasses) {
      const most = Math.min(above, milder[requestClass])
      const given =
        shares[level]?.[requestClass] ?? Math.min(most, defaultShares[level][requestClass])
      const name = `shares.${level}.${requestClass}`
      above = numberOption(name, given, 0, most)
      if (requestClass === 'essential' && above === 0) throw invalidOption(name, 'be above 0', 0)
      row[requestClass] = above
    }
    resolved[level] = row
    milder = row
  }
  return resolved
}

/** Turns shares of a limit into whole requests; a share above 0 is always worth at least one. */
export function ceilingsOf(concurrency: number, shares: LevelShares): Ceilings {
  const resolved = {} as Record<PressureLevel, Record<RequestClass, number>>
  for (const level of pressureLevels) {
    // Without a prototype: a class named `constructor` must find nothing.
    const row: Record<RequestClass, number> = Object.create(null)
    for (const requestClass of requestClasses) {
      const share = shares[level][requestClass]
      // 0.29 × 100 is 28.999999999999996: the nudge keeps whole results whole.
      row[requestClass] = share === 0 ? 0 : Math.max(1, Math.floor(concurrency * share + 1e-6))
    }
    resolved[level] = row
  }
  return resolved
}
