/** One value of a metric, in the base units of Prometheus practice. */
export interface MetricPoint {
  /** Such as `cultus_requests_shed_total`. */
  readonly name: string
  readonly type: 'gauge' | 'counter'
  readonly help: string
  readonly value: number
  /** Label values are from a small, fixed set: never keys, paths or ids. */
  readonly labels?: Readonly<Record<string, string>>
}

/** Something that acts and can tell what it has done: an admission controller, a responder, a pool. */
export interface StatusProvider {
  readonly name: string
  readonly kind: string
  metrics(): Iterable<MetricPoint>
  /** A JSON-serialisable state for dashboards. */
  status(): unknown
}
