/** Timings by subject; the entries of one index were taken in the same round. */
export type Rounds = ReadonlyMap<string, readonly number[]>

/**
 * Runs every subject once a round, in an order that is reversed every other round, so that a machine that
 * slows down or warms up meanwhile does it to all of them alike.
 */
export async function interleave(
  subjects: readonly string[],
  rounds: number,
  run: (subject: string) => Promise<number>,
): Promise<Rounds> {
  const taken = new Map<string, number[]>(subjects.map((subject) => [subject, []]))
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? subjects : subjects.toReversed()
    for (const subject of order) taken.get(subject)?.push(await run(subject))
  }
  return taken
}

/** The median of the ratios to another subject, each taken within one round. */
export function medianRatio(rounds: Rounds, subject: string, base: string): number {
  const bases = rounds.get(base) ?? []
  const times = rounds.get(subject) ?? []
  return median(times.map((time, round) => time / (bases[round] ?? Number.NaN)))
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}
