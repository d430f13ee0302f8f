import { invalidArgument } from '@cultus/core'
import type { AlertDelivery, AlertSink } from './sink.ts'

/** A logger that takes an object before the message, as pino does. */
export interface AlertLogger {
  info(fields: object, message: string): unknown
  warn(fields: object, message: string): unknown
  error(fields: object, message: string): unknown
}

/**
 * A sink that writes a line for each alert: `critical` and `emergency` as errors, `warning` as a
 * warning, `info` and whatever is over as information.
 *
 * @throws CultusError `CULTUS_INVALID_ARGUMENT` for a logger that lacks a method.
 */
export function loggerSink(logger: AlertLogger): AlertSink {
  for (const method of ['info', 'warn', 'error'] as const) {
    if (typeof logger?.[method] !== 'function')
      throw invalidArgument(`logger.${method}`, 'be a function', logger?.[method])
  }
  return {
    name: 'logger',
    send({ alerts, heldBack }) {
      for (const [index, delivery] of alerts.entries()) {
        const { name, source, severity, status, change, labels, startsAt, endsAt } = delivery
        const fields = {
          alert: name,
          source,
          severity,
          status,
          change,
          labels,
          startsAt,
          ...(endsAt !== undefined && { endsAt }),
          // Told with the first: it belongs to the notification.
          ...(index === 0 && heldBack > 0 && { heldBack }),
        }
        logger[methodFor(delivery)](fields, `${name} ${status}: ${delivery.summary}`)
      }
    },
  }
}

function methodFor({ status, severity }: AlertDelivery): keyof AlertLogger {
  if (status === 'resolved' || severity === 'info') return 'info'
  return severity === 'warning' ? 'warn' : 'error'
}
