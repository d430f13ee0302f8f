import { type PressureLevel, pressureLevels } from '@cultus/core'
import type { ShedReason } from './controller.ts'
import { type RequestClass, requestClasses } from './request-class.ts'

/** The body of a shed response: a problem of RFC 9457 with members that say why. */
export interface ShedProblem {
  readonly type: 'about:blank'
  readonly title: 'Service Unavailable'
  readonly status: 503
  readonly detail: string
  readonly level: PressureLevel
  readonly class: RequestClass
  readonly reason: ShedReason
  /** Seconds, as in the `Retry-After` header. */
  readonly retryAfter: number
}

const details: Readonly<Record<ShedReason, string>> = {
  concurrency: 'The service is at its limit of requests in progress.',
  level: 'The service is short of memory and answers more important requests first.',
}

/** Bodies up to where `retryAfter` stands: refusing must not cost what serving would. */
const beginnings = new Map<string, string>()

/** The body of a shed response as JSON, in ASCII. */
export function shedProblem(
  level: PressureLevel,
  requestClass: RequestClass,
  reason: ShedReason,
  retryAfter: number,
): string {
  if (beginnings.size === 0) build()
  return `${beginnings.get(level + requestClass + reason)}${retryAfter}}`
}

function build(): void {
  for (const level of pressureLevels) {
    for (const requestClass of requestClasses) {
      for (const reason of ['concurrency', 'level'] as const) {
        const problem: ShedProblem = {
          type: 'about:blank',
          title: 'Service Unavailable',
          status: 503,
          detail: details[reason],
          level,
          class: requestClass,
          reason,
          retryAfter: 0,
        }
        // Without the `0}` of the last member.
        beginnings.set(level + requestClass + reason, JSON.stringify(problem).slice(0, -2))
      }
    }
  }
}
