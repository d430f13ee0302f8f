import { createHash } from 'node:crypto'
import { invalidOption } from '@cultus/core'
import { type AlertState, alertKey } from './alert-state.ts'
import { type HttpSinkOptions, resolveHttpTarget } from './http-target.ts'
import { outwardLabels, timestamp } from './outward.ts'
import { postJson } from './post-json.ts'
import type { AlertNotification, AlertSink } from './sink.ts'

/** Settings for {@link webhookSink}. */
export interface WebhookSinkOptions extends HttpSinkOptions {
  /**
   * Makes the body of the request out of a notification: anything that `JSON.stringify` takes.
   *
   * @defaultValue the body that Alertmanager posts to its webhooks, version 4
   */
  readonly body?: (notification: AlertNotification) => unknown
  /** @defaultValue `'webhook'` */
  readonly name?: string
}

/**
 * A sink that posts each notification as JSON. Answers of 5xx, 408 and 429, broken connections and
 * silence are tried again with growing pauses, or after what `Retry-After` says.
 *
 * @throws CultusError `CULTUS_INVALID_OPTION`
 */
export function webhookSink(options: WebhookSinkOptions): AlertSink {
  const target = resolveHttpTarget(options)
  const { body = webhookBody, name = 'webhook' } = options
  if (typeof body !== 'function') throw invalidOption('body', 'be a function', body)
  if (typeof name !== 'string' || name === '')
    throw invalidOption('name', 'be a non-empty string', name)
  return {
    name,
    async send(notification, context) {
      const text: unknown = JSON.stringify(body(notification))
      if (typeof text !== 'string')
        throw new TypeError('`body` returned nothing that JSON can hold')
      await postJson(target, text, context)
    },
  }
}

/** A notification in the shape of Alertmanager's webhooks, version 4, with `heldBack` beside. */
function webhookBody({ status, group, alerts, heldBack }: AlertNotification): unknown {
  const each = alerts.map((alert) => ({
    status: alert.status,
    labels: outwardLabels(alert, {}),
    annotations: { summary: alert.summary },
    startsAt: timestamp(alert.startsAt),
    // The zero time stands for "not yet", as with Alertmanager.
    endsAt: alert.endsAt === undefined ? '0001-01-01T00:00:00Z' : timestamp(alert.endsAt),
    generatorURL: '',
    fingerprint: fingerprint(alert),
  }))
  return {
    version: '4',
    groupKey: JSON.stringify(group),
    truncatedAlerts: 0,
    status,
    receiver: 'cultus',
    groupLabels: group,
    commonLabels: common(each.map(({ labels }) => labels)),
    commonAnnotations: common(each.map(({ annotations }) => annotations)),
    externalURL: '',
    alerts: each,
    heldBack,
  }
}

/** The same for an alert from its beginning to its end, whatever its severity. */
function fingerprint(alert: AlertState): string {
  return createHash('sha256').update(alertKey(alert)).digest('hex').slice(0, 16)
}

/** The entries that all of some records share. */
function common(records: readonly Readonly<Record<string, string>>[]): Record<string, string> {
  const [first = {}, ...rest] = records
  return Object.fromEntries(
    Object.entries(first).filter(([name, value]) => rest.every((record) => record[name] === value)),
  )
}
