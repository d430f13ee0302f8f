import { median } from '../../../verify/src/harness/median.ts'
import { rival } from '../caches/line-up.ts'
import { type Operation, operations } from './setting.ts'

/** One operation of one subject in one round. */
export interface Taken {
  readonly name: string
  readonly operation: Operation
  /** Nanoseconds for each operation, in the middle of the passes. */
  readonly nanoseconds: number
  /** That of the rival in the same round. */
  readonly rival: number
  /** Share of reads that hit. */
  readonly hitRatio: number | undefined
}

/** One operation of one subject over all rounds. */
export interface Figure {
  readonly nanoseconds: number
  /** Throughput relative to the rival's: more is better. The middle of the rounds, the least and the most. */
  readonly ratio: number
  readonly least: number
  readonly most: number
  readonly hitRatio: number | undefined
}

export type Figures = Readonly<Record<string, Readonly<Partial<Record<Operation, Figure>>>>>

/** What the rounds come to, by subject and operation. */
export function figuresOf(taken: readonly Taken[]): Figures {
  const figures: Record<string, Partial<Record<Operation, Figure>>> = {}
  for (const name of new Set(taken.map((one) => one.name))) {
    figures[name] = Object.fromEntries(
      operations.flatMap((operation) => {
        const rounds = taken.filter((one) => one.name === name && one.operation === operation)
        return rounds.length === 0 ? [] : [[operation, figureOf(rounds)]]
      }),
    )
  }
  return figures
}

function figureOf(rounds: readonly Taken[]): Figure {
  const ratios = rounds.map((one) => one.rival / one.nanoseconds)
  const hitRatios = rounds.flatMap(({ hitRatio }) => hitRatio ?? [])
  return {
    nanoseconds: median(rounds.map(({ nanoseconds }) => nanoseconds)),
    ratio: median(ratios),
    least: Math.min(...ratios),
    most: Math.max(...ratios),
    hitRatio: hitRatios.length === 0 ? undefined : median(hitRatios),
  }
}

/** How far the rival was from itself in the middle of the rounds: no difference smaller than that says anything. */
export function noiseOf(figures: Figures): Readonly<Partial<Record<Operation, number>>> {
  const again = figures[`${rival} again`] ?? {}
  return Object.fromEntries(
    operations.flatMap((operation) => {
      const ratio = again[operation]?.ratio
      return ratio === undefined ? [] : [[operation, Math.abs(ratio - 1)]]
    }),
  )
}
