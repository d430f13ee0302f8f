import type { Contestant } from './subjects/subject.ts'
import type { Trace } from './trace.ts'

/** What came of asking a subject for every request of a trace. */
export interface Tally {
  readonly requests: number
  readonly hits: number
  /** Bytes of all requests, and of those that hit; 0 where the trace has no sizes. */
  readonly bytes: number
  readonly hitBytes: number
  /** Costs of all requests, and of those that hit; 0 where the trace has none. */
  readonly cost: number
  readonly hitCost: number
  readonly milliseconds: number
}

/** Requests between two reports of progress. */
const stretch = 2 ** 17

/** Asks a subject for every request of a trace, in order. */
export function replay(
  trace: Trace,
  contestant: Contestant,
  onProgress: (requests: number) => void = () => {},
): Tally {
  const { requests, sizes, costs, unique } = trace
  // What hits is counted by key, so that sizes and costs need not be looked up while the clock runs.
  const hits = new Uint32Array(unique)
  let milliseconds = 0
  for (let from = 0; from < requests.length; from += stretch) {
    const some = requests.subarray(from, from + stretch)
    const start = performance.now()
    for (const key of some) if (contestant.access(key)) hits[key]! += 1
    milliseconds += performance.now() - start
    onProgress(some.length)
  }
  const asked = new Uint32Array(unique)
  for (const key of requests) asked[key]! += 1
  return {
    requests: requests.length,
    hits: hits.reduce((sum, count) => sum + count, 0),
    bytes: weighted(asked, sizes),
    hitBytes: weighted(hits, sizes),
    cost: weighted(asked, costs),
    hitCost: weighted(hits, costs),
    milliseconds,
  }
}

/** The means of tallies of the same trace, of which there is at least one. */
export function meanOf(tallies: readonly Tally[]): Tally {
  const mean = (read: (tally: Tally) => number): number =>
    tallies.reduce((sum, tally) => sum + read(tally), 0) / tallies.length
  return {
    requests: mean(({ requests }) => requests),
    hits: mean(({ hits }) => hits),
    bytes: mean(({ bytes }) => bytes),
    hitBytes: mean(({ hitBytes }) => hitBytes),
    cost: mean(({ cost }) => cost),
    hitCost: mean(({ hitCost }) => hitCost),
    milliseconds: mean(({ milliseconds }) => milliseconds),
  }
}

function weighted(counts: Uint32Array, weights: Float64Array | undefined): number {
  if (weights === undefined) return 0
  return counts.reduce((sum, count, key) => sum + count * weights[key]!, 0)
}
