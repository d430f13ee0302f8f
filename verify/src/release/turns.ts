/** A time in which nobody else had the event loop: a turn between two of the probe. Milliseconds of one clock. */
export interface Gap {
  readonly start: number
  readonly end: number
  /** How much of it the thread waited for a core that others had. */
  readonly waited: number
}

/** A collection, as `PerformanceObserver` tells of it, by the same clock. */
export interface Pause {
  readonly start: number
  readonly duration: number
}

/** What held the event loop for the length of a gap. */
export interface Held {
  readonly total: number
  /** The collections in it. */
  readonly collecting: number
  /** What is left without collections. */
  readonly withoutCollections: number
  /** What is left without collections and without waiting for a core: what the program itself did. */
  readonly own: number
}

/** Takes each gap apart. A thread that waits is taken to do so in a collection as often as anywhere. */
export function takeApart(gaps: readonly Gap[], pauses: readonly Pause[]): readonly Held[] {
  const inOrder = pauses.toSorted((a, b) => a.start - b.start)
  let first = 0
  return gaps.map(({ start, end, waited }) => {
    const total = end - start
    let collecting = 0
    for (let at = first; at < inOrder.length; at++) {
      const pause = inOrder[at]
      if (pause === undefined || pause.start >= end) break
      const over = pause.start + pause.duration
      if (over <= start) first = at + 1
      else collecting += Math.min(end, over) - Math.max(start, pause.start)
    }
    const withoutCollections = Math.max(0, total - collecting)
    const share = total > 0 ? withoutCollections / total : 0
    const own = Math.max(0, withoutCollections - waited * share)
    return { total, collecting, withoutCollections, own }
  })
}

/** The value that a share of all values does not exceed; `NaN` for none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const rank = Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)
  return sorted[Math.max(0, rank)] ?? Number.NaN
}
