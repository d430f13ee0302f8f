import type { RequestSample } from '../observed/request-sample.ts'
import type { PolicyFactory } from '../policies/policy.ts'
import type { ExpiryRules } from './slot-expiry.ts'

/** How a slot table is made. */
export interface SlotTableOptions {
  readonly policy: PolicyFactory
  /** Whether an entry takes of the bound what it has in bytes; else it takes 1. */
  readonly byBytes: boolean
  /** The most entries there will be, where that is known. */
  readonly mostEntries: number
  readonly seed: number
  /** Whole milliseconds of some clock. */
  readonly now: () => number
  /** Whoever calls `use` counts these calls in it. */
  readonly counters: { readonly hits: number }
  /** Nothing expires but by a time to live of its own, and goes at once, where this is left out. */
  readonly expiry?: ExpiryRules
  /** Who learns from the requests. */
  readonly sample?: RequestSample | undefined
}
