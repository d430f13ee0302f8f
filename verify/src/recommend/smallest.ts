/** Where to look for the smallest of a range. */
export interface Search {
  /** Taken to fail. */
  readonly from: number
  /** Raised by half for as long as it fails. */
  readonly to: number
  /** The share of a size by which the answer may be off. */
  readonly tolerance: number
}

/** The smallest whole number that survives, by bisection. */
export async function smallestSurviving(
  survives: (size: number) => Promise<boolean>,
  { from, to, tolerance }: Search,
): Promise<number> {
  let fails = Math.floor(from)
  let holds = Math.ceil(to)
  while (!(await survives(holds))) {
    fails = holds
    holds = Math.ceil(holds * 1.5)
  }
  while (holds - fails > Math.max(1, tolerance * fails)) {
    const middle = Math.round((fails + holds) / 2)
    if (await survives(middle)) holds = middle
    else fails = middle
  }
  return holds
}
