/** A stream of requests; keys are numbered from 0 in the order in which they first appear. */
export interface Trace {
  readonly name: string
  /** The key of each request. */
  readonly requests: Uint32Array
  /** How many different keys there are. */
  readonly unique: number
  /** The size of each key, in bytes, as it was when it first appeared; at least 1. Absent where the trace has none. */
  readonly sizes?: Float64Array
  /** What loading each key costs, in a unit of the trace's own. Absent where the trace has none. */
  readonly costs?: Float64Array
}

/** Stands for "never again" in {@link nextUses}. */
export const never = 0xffff_ffff

/** For each request, the index of the next request for the same key, or {@link never}. */
export function nextUses({ requests, unique }: Trace): Uint32Array {
  const next = new Uint32Array(requests.length)
  const seen = new Uint32Array(unique).fill(never)
  for (let index = requests.length - 1; index >= 0; index--) {
    const key = requests[index]!
    next[index] = seen[key]!
    seen[key] = index
  }
  return next
}

/** The sum of what each key has once. */
export function sumOf(values: Float64Array): number {
  let sum = 0
  for (const value of values) sum += value
  return sum
}
