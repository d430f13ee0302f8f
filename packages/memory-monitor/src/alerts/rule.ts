import {
  type ElevatedLevel,
  elevatedLevels,
  invalidOption,
  type PressureSample,
} from '@cultus/core'
import type { Holds } from './alert-ledger.ts'
import { type AlertSeverity, alertSeverities, severityRank } from './severity.ts'

/** A condition that raises an alert while it holds. */
export interface AlertRule {
  /** The name of the alert, such as `CachesGrow`; no two rules share one. */
  readonly name: string
  /**
   * What holds while the alert is due: the process is at this level or a worse one, nobody knows
   * its level any more (`'unknown'`), or a function says `true` of a sample. A function is asked
   * for each source on its own.
   */
  readonly when: ElevatedLevel | 'unknown' | ((sample: PressureSample) => boolean)
  readonly severity: AlertSeverity
  /**
   * How long the condition must hold before the alert fires, in milliseconds.
   *
   * @defaultValue 0
   */
  readonly for?: number
  /**
   * One sentence for people.
   *
   * @defaultValue one made of `name` and `when`
   */
  readonly summary?: string
  /** @defaultValue none */
  readonly labels?: Readonly<Record<string, string>>
}

/** The rules an engine has unless told otherwise: that the signal was lost for half a minute. */
export const defaultAlertRules: readonly AlertRule[] = [
  {
    name: 'MemorySignalLost',
    when: 'unknown',
    for: 30_000,
    severity: 'warning',
    summary: 'nobody knows how close this process is to its memory limit',
  },
]

/** The longest hold and the longest wait: about 24 days, what timers can do. */
export const longestDuration: number = 2 ** 31 - 1

/**
 * Refuses rules that cannot be meant.
 *
 * @throws CultusError `CULTUS_INVALID_OPTION`
 */
export function checkRules(rules: readonly AlertRule[]): readonly AlertRule[] {
  if (!Array.isArray(rules)) throw invalidOption('rules', 'be an array', rules)
  const names = new Set<string>()
  for (const [index, rule] of rules.entries()) {
    const at = `rules[${index}]`
    if (typeof rule !== 'object' || rule === null) throw invalidOption(at, 'be an object', rule)
    const { name, when, severity, summary, labels } = rule
    if (typeof name !== 'string' || name === '')
      throw invalidOption(`${at}.name`, 'be a non-empty string', name)
    if (names.has(name)) throw invalidOption(`${at}.name`, 'differ from the others', name)
    names.add(name)
    if (typeof when !== 'function' && when !== 'unknown' && !elevatedLevels.includes(when)) {
      const must = `be one of ${[...elevatedLevels, 'unknown'].join(', ')} or a function`
      throw invalidOption(`${at}.when`, must, when)
    }
    if (severityRank(severity) === -1)
      throw invalidOption(`${at}.severity`, `be one of ${alertSeverities.join(', ')}`, severity)
    if (summary !== undefined && typeof summary !== 'string')
      throw invalidOption(`${at}.summary`, 'be a string', summary)
    checkLabels(`${at}.labels`, labels)
    holdsOf(`${at}.for`, rule.for ?? 0)
  }
  return [...rules]
}

/**
 * Refuses labels that are no strings.
 *
 * @throws CultusError `CULTUS_INVALID_OPTION`
 */
export function checkLabels(name: string, labels: unknown): void {
  if (labels === undefined) return
  if (typeof labels !== 'object' || labels === null || Array.isArray(labels))
    throw invalidOption(name, 'be an object of strings', labels)
  for (const [label, value] of Object.entries(labels)) {
    if (typeof value !== 'string') throw invalidOption(`${name}.${label}`, 'be a string', value)
  }
}

/**
 * The hold of each severity, from one number for all or one for some, the rest being 0.
 *
 * @throws CultusError `CULTUS_INVALID_OPTION`
 */
export function holdsOf(
  name: string,
  given: number | Partial<Record<AlertSeverity, number>>,
): Holds {
  const holds = { info: 0, warning: 0, critical: 0, emergency: 0 }
  if (typeof given !== 'number' && (typeof given !== 'object' || given === null))
    throw invalidOption(name, 'be a number or an object of numbers', given)
  const unknown = Object.keys(given).find((severity) => severityRank(severity) === -1)
  if (unknown !== undefined)
    throw invalidOption(name, `name only ${alertSeverities.join(', ')}`, unknown)
  for (const severity of alertSeverities) {
    const hold = typeof given === 'number' ? given : (given[severity] ?? 0)
    const part = typeof given === 'number' ? name : `${name}.${severity}`
    if (typeof hold !== 'number' || !(hold >= 0 && hold <= longestDuration))
      throw invalidOption(part, `be a number from 0 to ${longestDuration}`, hold)
    holds[severity] = hold
  }
  return holds
}
