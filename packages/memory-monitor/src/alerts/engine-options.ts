import {
  type Clock,
  invalidOption,
  numberOption,
  type PressureBus,
  pressureBus,
  systemClock,
} from '@cultus/core'
import type { Holds } from './alert-ledger.ts'
import type { AlertGroupField } from './delivery-book.ts'
import { type AlertRule, checkRules, defaultAlertRules, holdsOf, longestDuration } from './rule.ts'
import type { AlertSeverity } from './severity.ts'
import type { AlertSink } from './sink.ts'
import type { AlertRateLimit } from './token-bucket.ts'

/** Settings for {@link AlertEngine}. */
export interface AlertEngineOptions {
  /** Where alerts are sent; each sink has its own queue, rate and retries. */
  readonly sinks: readonly AlertSink[]
  /**
   * Conditions that raise alerts, beside those that others raise on the bus.
   *
   * @defaultValue `defaultAlertRules`: `MemorySignalLost` after 30 s
   */
  readonly rules?: readonly AlertRule[]
  /**
   * How long an alert from the bus must hold before it fires, in milliseconds, for all severities
   * or for some. One that is resolved earlier is never told. Rules have their own.
   *
   * @defaultValue 0
   */
  readonly for?: number | Partial<Record<AlertSeverity, number>>
  /**
   * Time after which an alert that still fires is told again, in milliseconds;
   * `Infinity` for never.
   *
   * @defaultValue 14_400_000, four hours
   */
  readonly repeatInterval?: number
  /**
   * What the alerts of one notification have in common; with none, all that is due goes into one.
   *
   * @defaultValue `['source']`
   */
  readonly groupBy?: readonly AlertGroupField[]
  /**
   * How long news waits for more of its group, in milliseconds. An emergency never waits.
   *
   * @defaultValue 0
   */
  readonly groupWait?: number
  /**
   * How many notifications each sink gets: `burst` at once, then one every `interval` milliseconds.
   * What changes meanwhile is told as it stands when its turn comes.
   *
   * @defaultValue `{ burst: 10, interval: 6000 }`
   */
  readonly rateLimit?: Partial<AlertRateLimit>
  /**
   * How long a sink may take over one notification, in milliseconds; longer than the
   * sink's own retries.
   *
   * @defaultValue 60_000
   */
  readonly sendTimeout?: number
  /**
   * Whether `stop` tells the sinks that what fires is over, since nobody watches it any more.
   * Without it they are left with what they know, and `start` takes up from there.
   *
   * @defaultValue true
   */
  readonly resolveOnStop?: boolean
  /**
   * The most alerts that are active at a time; a positive integer. More are refused and counted.
   *
   * @defaultValue 1000
   */
  readonly maxAlerts?: number
  /**
   * The source of alerts that rules raise about the process as a whole.
   *
   * @defaultValue `'memory-monitor'`
   */
  readonly name?: string
  /** @defaultValue the bus of the process, `pressureBus()` */
  readonly bus?: PressureBus
  /** @defaultValue `systemClock` */
  readonly clock?: Clock
}

/** Settings with every default filled in. */
export interface ResolvedEngineOptions extends Required<Omit<AlertEngineOptions, 'for'>> {
  readonly holds: Holds
  readonly rateLimit: AlertRateLimit
}

const groupFields: readonly AlertGroupField[] = ['source', 'severity', 'name']

/**
 * Fills in defaults and refuses what cannot be meant.
 *
 * @throws CultusError `CULTUS_INVALID_OPTION`
 */
export function resolveEngineOptions(options: AlertEngineOptions): ResolvedEngineOptions {
  if (typeof options !== 'object' || options === null)
    throw invalidOption('options', 'be an object', options)
  const { rules = defaultAlertRules, groupBy = ['source'], rateLimit = {} } = options
  const { resolveOnStop = true, name = 'memory-monitor', clock = systemClock } = options
  const duration = (option: string, value: unknown, least: number): number =>
    numberOption(option, value, least, longestDuration)
  if (!Array.isArray(groupBy)) throw invalidOption('groupBy', 'be an array', groupBy)
  for (const field of groupBy) {
    if (!groupFields.includes(field))
      throw invalidOption('groupBy', `name only ${groupFields.join(', ')}`, field)
  }
  if (typeof rateLimit !== 'object' || rateLimit === null)
    throw invalidOption('rateLimit', 'be an object', rateLimit)
  if (typeof resolveOnStop !== 'boolean')
    throw invalidOption('resolveOnStop', 'be true or false', resolveOnStop)
  if (typeof name !== 'string' || name === '')
    throw invalidOption('name', 'be a non-empty string', name)
  const repeatInterval = options.repeatInterval ?? 14_400_000
  return {
    sinks: checkSinks(options.sinks),
    rules: checkRules(rules),
    holds: holdsOf('for', options.for ?? 0),
    repeatInterval:
      repeatInterval === Number.POSITIVE_INFINITY
        ? repeatInterval
        : duration('repeatInterval', repeatInterval, 1),
    groupBy: [...groupBy],
    groupWait: duration('groupWait', options.groupWait ?? 0, 0),
    rateLimit: {
      burst: count('rateLimit.burst', rateLimit.burst ?? 10, 1_000),
      interval: duration('rateLimit.interval', rateLimit.interval ?? 6_000, 1),
    },
    sendTimeout: duration('sendTimeout', options.sendTimeout ?? 60_000, 1),
    resolveOnStop,
    maxAlerts: count('maxAlerts', options.maxAlerts ?? 1_000, 100_000),
    name,
    bus: options.bus ?? pressureBus(),
    clock,
  }
}

function checkSinks(sinks: readonly AlertSink[]): readonly AlertSink[] {
  if (!Array.isArray(sinks)) throw invalidOption('sinks', 'be an array', sinks)
  for (const [index, sink] of sinks.entries()) {
    const at = `sinks[${index}]`
    if (typeof sink?.send !== 'function')
      throw invalidOption(`${at}.send`, 'be a function', sink?.send)
    if (typeof sink.name !== 'string' || sink.name === '')
      throw invalidOption(`${at}.name`, 'be a non-empty string', sink.name)
    if (sink.repeatInterval !== undefined)
      numberOption(`${at}.repeatInterval`, sink.repeatInterval, 1, longestDuration)
  }
  return [...sinks]
}

function count(name: string, value: unknown, most: number): number {
  if (Number.isSafeInteger(value)) return numberOption(name, value, 1, most)
  throw invalidOption(name, `be an integer from 1 to ${most}`, value)
}
