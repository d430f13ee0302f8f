import type { FalseAlarms } from '@cultus/memory-monitor/trace'

/** What one observer made of one run. */
export interface Observed {
  readonly name: string
  readonly workload: string
  readonly died: boolean
  readonly missed: boolean
  readonly lead?: number | undefined
  readonly falseAlarms: FalseAlarms
  /** Whether there was any alarm. */
  readonly alarmed: boolean
  readonly recovery?: number | undefined
}

/** What one observer made of all runs; times in milliseconds. */
export interface Standing {
  readonly name: string
  readonly deaths: number
  readonly misses: number
  /** For each death, 0 for one that was missed. */
  readonly leads: readonly number[]
  readonly healthy: number
  readonly alarms: number
  readonly alarmTime: number
  /** For each run that was relieved: the time to recover, `never`, or `unseen` when there was no alarm at all. */
  readonly recoveries: readonly (number | 'never' | 'unseen')[]
}

/** The workloads that give no cause for an alarm. */
const healthyWorkloads: ReadonlySet<string> = new Set(['W1', 'W5', 'W7'])

/** Sums up what one observer made of its runs. */
export function standingOf(name: string, observed: readonly Observed[]): Standing {
  const own = observed.filter((each) => each.name === name)
  const deaths = own.filter(({ died }) => died)
  const healthy = own.filter(({ workload }) => healthyWorkloads.has(workload))
  const relieved = own.filter(({ workload }) => workload === 'W4')
  return {
    name,
    deaths: deaths.length,
    misses: deaths.filter(({ missed }) => missed).length,
    leads: deaths.map(({ lead }) => lead ?? 0).sort((a, b) => a - b),
    healthy: healthy.length,
    alarms: healthy.reduce((sum, { falseAlarms }) => sum + falseAlarms.count, 0),
    alarmTime: healthy.reduce((sum, { falseAlarms }) => sum + falseAlarms.milliseconds, 0),
    recoveries: relieved.map(({ alarmed, recovery }) =>
      alarmed ? (recovery ?? 'never') : 'unseen',
    ),
  }
}

/** The head of the table. */
export const head: readonly string[] = [
  'observer',
  'lead: median',
  'least (s)',
  'misses',
  'false alarms',
  'lasting (s)',
  'recovery (s)',
]

/** The row of one observer. */
export function rowOf(standing: Standing): readonly string[] {
  const { name, leads, misses, deaths, alarms, alarmTime, recoveries } = standing
  return [
    name,
    seconds(median(leads)),
    misses > 0 ? 'missed' : seconds(leads[0]),
    `${misses}/${deaths}`,
    `${alarms}`,
    seconds(alarmTime),
    recoveryOf(recoveries),
  ]
}

/** In which columns ours is not the best, and who is. */
export function lines(ours: Standing, rivals: readonly Standing[]): readonly string[] {
  const said: string[] = []
  const better = (column: string, isBetter: (rival: Standing) => boolean): void => {
    const names = rivals.filter(isBetter).map(withItsPrice)
    if (names.length === 0) said.push(`${column}: ours leads, or is level.`)
    else said.push(`${column}: ours does not lead. Better: ${names.join('; ')}.`)
  }
  better('median lead', ({ leads }) => (median(leads) ?? 0) > (median(ours.leads) ?? 0))
  better('misses', ({ misses }) => misses < ours.misses)
  better('false alarms', ({ alarms }) => alarms < ours.alarms)
  better('recovery', ({ recoveries }) => worstRecovery(recoveries) < worstRecovery(ours.recoveries))
  return said
}

/** Who alarms always has a long lead, who never does has no false alarm: the one is told with the other. */
function withItsPrice({ name, misses, deaths, alarms, alarmTime }: Standing): string {
  return `${name} (${misses} of ${deaths} missed, ${alarms} false alarms for ${seconds(alarmTime)} s)`
}

function worstRecovery(recoveries: Standing['recoveries']): number {
  const times = recoveries.map((each) => (typeof each === 'number' ? each : Number.MAX_VALUE))
  return Math.max(...times)
}

function recoveryOf(recoveries: Standing['recoveries']): string {
  if (recoveries.length === 0) return '-'
  if (recoveries.includes('never')) return 'never'
  if (recoveries.includes('unseen')) return 'not alarmed'
  return seconds(worstRecovery(recoveries))
}

/** The middle of sorted numbers. */
function median(sorted: readonly number[]): number | undefined {
  const upper = sorted[Math.floor(sorted.length / 2)]
  const lower = sorted[Math.ceil(sorted.length / 2) - 1]
  return upper === undefined || lower === undefined ? undefined : (lower + upper) / 2
}

function seconds(milliseconds: number | undefined): string {
  return milliseconds === undefined ? 'never' : (milliseconds / 1_000).toFixed(1)
}
