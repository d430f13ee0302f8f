import type { SubjectSetting } from '../src/policies/subjects/cache.ts'
import { nextUses, type Trace } from '../src/policies/trace.ts'

/** A trace of given requests; keys must be numbered in order of appearance for sizes to be theirs. */
export function traceOf(requests: readonly number[], sizes?: readonly number[]): Trace {
  return {
    name: 'test',
    requests: Uint32Array.from(requests),
    unique: requests.reduce((most, key) => Math.max(most, key), 0) + 1,
    ...(sizes && { sizes: Float64Array.from(sizes) }),
  }
}

/** A setting for a trace, bounded by bytes if it has sizes. */
export function settingOf(
  trace: Trace,
  capacity: number,
  more: Partial<SubjectSetting> = {},
): SubjectSetting {
  const ones = new Float64Array(trace.unique).fill(1)
  return {
    capacity,
    entries: capacity,
    weights: trace.sizes ?? ones,
    costs: trace.costs ?? ones,
    next: nextUses(trace),
    seed: 1,
    bound: trace.sizes === undefined ? 'entries' : 'bytes',
    hasCosts: trace.costs !== undefined,
    texts: undefined,
    ...more,
  }
}
