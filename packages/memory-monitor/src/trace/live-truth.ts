import type { Trace } from './trace.ts'

interface Point {
  readonly t: number
  readonly bytes: number
}

/**
 * What was live in the heap of a trace at any time, as well as the trace can tell.
 *
 * Major collections are the truth at their moment. Between two of them the truth follows what the
 * workload knows it held, where the trace has that, else a straight line.
 */
export class LiveTruth {
  readonly #majors: readonly Point[]
  readonly #held: readonly Point[]

  constructor({ events }: Trace) {
    const majors: Point[] = []
    const held: Point[] = []
    for (const event of events) {
      if (event.type === 'gc') majors.push({ t: event.t, bytes: event.usedAfter })
      if (event.type === 'held') held.push({ t: event.t, bytes: event.bytes })
    }
    this.#majors = majors
    this.#held = held
  }

  /** Live bytes at a time in milliseconds, or `undefined` where the trace knows nothing. */
  at(t: number): number | undefined {
    const held = valueAt(this.#held, t)
    if (held === undefined) return valueAt(this.#majors, t)
    // What the runtime itself holds comes on top of the workload; that changes little and slowly.
    const next = this.#majors[indexAfter(this.#majors, t)] ?? this.#majors.at(-1)
    const previous = this.#majors[indexAfter(this.#majors, t) - 1] ?? next
    if (previous === undefined || next === undefined) return held
    const overheadOf = ({ t: at, bytes }: Point): number =>
      Math.max(0, bytes - (valueAt(this.#held, at) ?? bytes))
    return held + Math.min(overheadOf(previous), overheadOf(next))
  }
}

/** The first index whose time lies after `t`. */
function indexAfter(points: readonly Point[], t: number): number {
  let low = 0
  let high = points.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const point = points[middle]
    if (point !== undefined && point.t <= t) low = middle + 1
    else high = middle
  }
  return low
}

/** The value on the line through the points at `t`; that of the nearest end outside of them. */
function valueAt(points: readonly Point[], t: number): number | undefined {
  const index = indexAfter(points, t)
  const before = points[index - 1]
  const after = points[index]
  if (before === undefined || after === undefined) return (before ?? after)?.bytes
  const share = (t - before.t) / (after.t - before.t)
  return before.bytes + share * (after.bytes - before.bytes)
}
