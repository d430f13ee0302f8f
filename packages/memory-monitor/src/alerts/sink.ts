import { type Clock, invalidArgument } from '@cultus/core'
import type { AlertState } from './alert-state.ts'

/** An alert as it is told to a sink. */
export interface AlertDelivery extends AlertState {
  /**
   * Why it is told: it is new to the sink, its severity changed, it still fires after
   * `repeatInterval`, or it is over.
   */
  readonly change: 'fired' | 'updated' | 'repeated' | 'resolved'
}

/** What a sink is told at once: the news about one group of alerts. */
export interface AlertNotification {
  /** `firing` while any of the alerts fires. */
  readonly status: 'firing' | 'resolved'
  /** What the alerts have in common, by the fields named in `groupBy`. */
  readonly group: Readonly<Record<string, string>>
  /** At least one, at most 100. */
  readonly alerts: readonly AlertDelivery[]
  /**
   * Changes since the last notification that were overtaken by a newer one before
   * they could be told.
   */
  readonly heldBack: number
  /** Wall-clock time in milliseconds since 1970. */
  readonly at: number
}

/** What a sink works with. */
export interface AlertSinkContext {
  /** Aborted when the engine no longer waits for the sink. */
  readonly signal: AbortSignal
  /** The clock of the engine. */
  readonly clock: Clock
}

/** Somewhere alerts are sent to. */
export interface AlertSink {
  /** Names the sink in reports and warnings. */
  readonly name: string
  /**
   * Tells the notification; throws or rejects where it could not, and is then asked again later. An
   * error with a number `retryAfter` says how many milliseconds later at least.
   */
  send(notification: AlertNotification, context: AlertSinkContext): unknown
  /**
   * Time after which an alert that still fires is told again, in milliseconds.
   *
   * @defaultValue the `repeatInterval` of the engine
   */
  readonly repeatInterval?: number
}

/**
 * A sink that calls a function with each notification. One that throws or rejects is
 * asked again later.
 *
 * @throws CultusError `CULTUS_INVALID_ARGUMENT` for what is no function.
 */
export function functionSink(
  send: (notification: AlertNotification, context: AlertSinkContext) => unknown,
  name = 'function',
): AlertSink {
  if (typeof send !== 'function') throw invalidArgument('send', 'be a function', send)
  if (typeof name !== 'string' || name === '')
    throw invalidArgument('name', 'be a non-empty string', name)
  return { name, send }
}
