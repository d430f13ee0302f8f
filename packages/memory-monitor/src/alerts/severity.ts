import type { PressureAlert } from '@cultus/core'

/** How bad an alert is. */
export type AlertSeverity = PressureAlert['severity']

/** Every severity, from the mildest to the worst. */
export const alertSeverities: readonly AlertSeverity[] = [
  'info',
  'warning',
  'critical',
  'emergency',
]

/** The place of a severity among all, from 0; -1 for what is none. */
export function severityRank(severity: unknown): number {
  return alertSeverities.indexOf(severity as AlertSeverity)
}
