import type { Verdict } from '../caches/claim.ts'
import type { RunHeader } from '../caches/run-header.ts'
import type { Point } from './point.ts'
import type { KeyObjects } from './setting.ts'

/** Everything that a run found out; what the JSON file holds. */
export interface Result {
  readonly header: RunHeader
  readonly keys: KeyObjects
  /** What the reader must know of a subject, by name. */
  readonly remarks: Readonly<Record<string, string>>
  readonly notes: readonly string[]
  readonly points: readonly Point[]
  readonly verdicts: readonly Verdict[]
}
