import type { Outcome, Verdict } from './outcome.ts'
import type { TwinName } from './twin.ts'

export type Outcomes = Readonly<Record<TwinName, Outcome>>

/** The figures of both runs, a row each: what it is, without, with. */
export function tableOf({
  unprotected,
  cultus,
}: Outcomes): readonly (readonly [string, string, string])[] {
  const row = (name: string, tell: (outcome: Outcome) => string): [string, string, string] => [
    name,
    tell(unprotected),
    tell(cultus),
  ]
  const latency = (phase: 'calm' | 'storm' | 'recovery', kind: 'cached' | 'uncached') =>
    row(`${kind} p50 / p95 / p99, ${phase}`, ({ latencyMs }) => {
      const figures = latencyMs[phase]?.[kind]
      if (figures === undefined || figures.count === 0) return '–'
      return `${[figures.p50, figures.p95, figures.p99].map((each) => each.toFixed(1)).join(' / ')} ms`
    })
  const classes = (['essential', 'standard', 'background'] as const).map((requestClass) =>
    row(`${requestClass}: served / shed / failed`, ({ byClass }) => {
      const { served, shed, failed } = byClass[requestClass]
      return [served, shed, failed].map((each) => each.toLocaleString('en')).join(' / ')
    }),
  )
  return [
    row('outcome', (outcome) => {
      if (outcome.exit === null) return 'survived'
      const { signal, code, afterSeconds } = outcome.exit
      return `died after ${afterSeconds} s (${signal ?? `exit code ${code}`})`
    }),
    row(
      'V8 said',
      ({ exit }) => exit?.words.replace(/^FATAL ERROR: | Allocation failed.*$/g, '') ?? '–',
    ),
    row('peak live heap, share of the death point', ({ peakLiveRatio }) => percent(peakLiveRatio)),
    row('worst level', ({ worstLevel }) => worstLevel ?? 'nobody looked'),
    row('hit ratio of the hot set', ({ hotHitRatio }) => percent(hotHitRatio)),
    ...(['calm', 'storm', 'recovery'] as const).flatMap((phase) => [
      latency(phase, 'cached'),
      latency(phase, 'uncached'),
    ]),
    ...classes,
    row('essential requests served', ({ essentialSuccess }) => percent(essentialSuccess)),
    row('5xx other than 503 with Retry-After', ({ wrongAnswers }) => String(wrongAnswers)),
    row('end of storm to normal', ({ recoverySeconds, survived }) => {
      if (recoverySeconds !== null) return `${recoverySeconds} s`
      return survived ? 'never, or nobody tells' : 'never'
    }),
  ]
}

/** The table as text for a terminal. */
export function terminalTable(outcomes: Outcomes): string {
  const rows = [['', 'without Cultus', 'with Cultus'], ...tableOf(outcomes)] as const
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('   ')
      .trimEnd()
  const [head = [], ...body] = rows
  return [line(head), widths.map((each) => '─'.repeat(each)).join('───'), ...body.map(line)]
    .map((each) => `  ${each}`)
    .join('\n')
}

/** The report as Markdown. */
export function markdownReport(
  outcomes: Outcomes,
  verdicts: readonly Verdict[],
  conditions: readonly string[],
): string {
  const table = tableOf(outcomes).map((row) => `| ${row.join(' | ')} |`)
  return `# One service, twice under the same load

${conditions.map((each) => `- ${each}`).join('\n')}

![Live memory and level over time, without and with Cultus](report.svg)

| | without Cultus | with Cultus |
|---|---|---|
${table.join('\n')}

| promise of the protected run | figure | kept |
|---|---|---|
${verdicts.map(({ promise, figure, kept }) => `| ${promise} | ${figure} | ${kept ? 'yes' : '**no**'} |`).join('\n')}
`
}

function percent(share: number | null): string {
  return share === null ? '–' : `${(share * 100).toFixed(1)} %`
}
