import { seconds } from '../harness/lead.ts'
import { table } from '../harness/table.ts'
import type { Verdict } from '../harness/verdict.ts'

/** What one run showed; leads are in seconds, for which the level had been up without a break at death. */
export interface LeadResult {
  readonly key: string
  readonly cell: string
  readonly where: 'heap' | 'container'
  readonly needed: number
  readonly capMiB: number
  readonly rateShare: number
  readonly churnMB: number
  readonly death: string
  /** Seconds from the beginning of the leak to the death. */
  readonly lasted: number
  /** The longest that could have taken at the rate that was asked for. */
  readonly longest: number
  /** The share of the cap that was used of the old generation when it was last told. */
  readonly usedShare: number
  readonly warning: number | undefined
  readonly critical: number | undefined
  readonly emergency: number | undefined
  /** Every level that was published, with the seconds to the death. */
  readonly levels: readonly string[]
  /** How often it was repeated, because the machine was too busy for its rate. */
  readonly again?: number
}

/** The share of all runs that must have the lead they need. */
const neededShare = 0.99

function met({ critical, needed }: LeadResult): boolean {
  return critical !== undefined && critical >= needed
}

/** Whether a run ended as it was to end; one that did not says nothing. */
function died({ where, death }: LeadResult): boolean {
  return where === 'container'
    ? death === 'killed' || death === 'killed by a supervisor'
    : ['heap limit', 'ineffective collections', 'invalid table size'].includes(death)
}

/** Whether the machine was too busy for the load to grow as fast as it was to. */
function isBehind({ lasted, longest }: LeadResult): boolean {
  return lasted > longest
}

/** Whether the lead is worth nothing: it was enough, and the load slower than it was to be. A miss stays one. */
export function isTooEasy(result: LeadResult): boolean {
  return isBehind(result) && died(result) && met(result)
}

function quantile(values: readonly (number | undefined)[], share: number): string {
  const sorted = values.map((value) => value ?? -1).sort((a, b) => a - b)
  const value = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? -1
  return value < 0 ? 'never' : seconds(value)
}

/** A row for each cell: how many runs, how they ended, and the leads of each level. */
export function cellTable(results: readonly LeadResult[]): string {
  const rows = [...new Set(results.map(({ cell }) => cell))].map((cell) => {
    const own = results.filter((result) => result.cell === cell)
    const leads = (level: 'warning' | 'critical' | 'emergency'): readonly string[] => {
      const values = own.map((result) => result[level])
      return [quantile(values, 0), quantile(values, 0.5)]
    }
    const early = own.filter(({ death }) => death === 'ineffective collections').length
    return [
      cell,
      `${own.length}`,
      `${early}`,
      `${own.filter(isBehind).length}`,
      quantile(
        own.map(({ lasted }) => lasted),
        0.5,
      ),
      ...leads('warning'),
      ...leads('critical'),
      ...leads('emergency'),
      `${own[0]?.needed}`,
      `${own.filter(met).length}`,
    ]
  })
  const head = ['cell', 'runs', 'gave up', 'behind', 'lasted s']
  const levels = ['warning', 'critical', 'emergency'].flatMap((level) => [`${level} min`, 'median'])
  return table([[...head, ...levels, 'needed', 'met'], ...rows.sort(byCell)])
}

function byCell([a = '']: readonly string[], [b = '']: readonly string[]): number {
  return a.localeCompare(b, 'en', { numeric: true })
}

/** A row for each run that had less lead than it needed, or `undefined` without any. */
export function missTable(results: readonly LeadResult[]): string | undefined {
  const missed = results.filter((result) => !met(result) || !died(result))
  if (missed.length === 0) return undefined
  const rows = missed.map((result) => [
    result.key,
    result.churnMB.toFixed(0),
    result.death,
    `${(100 * result.usedShare).toFixed(0)} %`,
    seconds(result.critical),
    `${result.needed}`,
    result.levels.join(', '),
  ])
  const head = ['run', 'churn MB/s', 'death', 'used', 'critical', 'needed', 'levels, s from death']
  return table([head, ...rows])
}

/** The figures of the acceptance list. */
export function verdicts(results: readonly LeadResult[]): readonly Verdict[] {
  const places = [
    ['heap', 'heaps that V8 ends'],
    ['container', 'containers that are killed'],
  ] as const
  const behind = results.filter(isTooEasy)
  const again = results.filter((result) => result.again !== undefined)
  const lives = results.filter((result) => !died(result))
  return [
    ...places.flatMap(([where, name]): readonly Verdict[] => {
      const own = results.filter((result) => result.where === where && died(result))
      if (own.length === 0) return []
      const share = own.filter(met).length / own.length
      return [
        {
          passed: share >= neededShare,
          timed: true,
          claim: `\`critical\` is up 5 s (at 1 and 2 %/s) or 2 s (at 5 %/s) before death, ${name}`,
          figure: `${(100 * share).toFixed(1)} % of ${own.length} runs`,
        },
      ]
    }),
    {
      passed: behind.length === 0,
      timed: true,
      claim: 'no load that had its lead grew slower than its rate',
      figure: `${results.length - behind.length} of ${results.length}, ${again.length} of them run again`,
    },
    {
      passed: lives.length === 0,
      claim: 'every run ended in the death it was made for',
      figure: `${results.length - lives.length} of ${results.length}`,
    },
  ]
}
