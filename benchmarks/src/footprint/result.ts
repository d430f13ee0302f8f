import type { Verdict } from '../caches/claim.ts'
import type { RunHeader } from '../caches/run-header.ts'
import type { Footprint } from './point.ts'

/** Everything that a run found out; what the JSON file holds. */
export interface Result {
  readonly header: RunHeader
  /** The versions of Node.js, with that of V8. */
  readonly nodes: readonly string[]
  readonly runs: number
  readonly notes: readonly string[]
  readonly footprints: readonly Footprint[]
  readonly verdicts: readonly Verdict[]
}
