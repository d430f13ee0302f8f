import type { AlertState } from './alert-state.ts'

/**
 * The labels of an alert as Prometheus and its receivers know them. `emergency` goes out as
 * `critical`, the worst that routing rules are written for, and stays visible in the label `level`.
 */
export function outwardLabels(
  { name, source, severity, labels }: AlertState,
  more: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return {
    ...named(labels),
    ...named(more),
    alertname: name,
    source,
    severity: severity === 'emergency' ? 'critical' : severity,
    ...(severity !== 'info' && { level: severity }),
  }
}

/** A time as RFC 3339 has it. */
export function timestamp(at: number): string {
  return new Date(at).toISOString()
}

function named(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(labels)
      .filter(([label]) => label !== '')
      .map(([label, value]) => [
        label.replace(/[^a-zA-Z0-9_]/g, '_').replace(/^(?=\d)/, '_'),
        value,
      ]),
  )
}
