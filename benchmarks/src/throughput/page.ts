import { rival } from '../caches/line-up.ts'
import { headerLines } from '../caches/run-header.ts'
import { markdownTable } from '../policies/report/markdown-table.ts'
import { type Figure, noiseOf } from './figures.ts'
import { lossesOf } from './losses.ts'
import { type Point, placeOf } from './point.ts'
import type { Result } from './result.ts'
import { operations } from './setting.ts'

/** A result as a page; `plots` are the files of the plots, one for each point. */
export function toPage(result: Result, plots: readonly string[]): string {
  const { header, points, verdicts, notes, remarks } = result
  const nodes = new Set(points.map(({ node, v8 }) => `Node ${node} (V8 ${v8})`))
  const losses = points.flatMap(lossesOf)
  const sections = [
    '# Throughput of caches',
    [...headerLines(header, [...nodes]), keysLine(result)].join('\n'),
    reading,
    ...(verdicts.length === 0 ? [] : ['## Claims', listed(verdicts.map(verdictText))]),
    ...points.flatMap((point, index) => pointSection(point, plots[index])),
    '## What lost',
    losses.length === 0 ? 'Nothing.' : listed(losses),
    '## Remarks',
    listed([...Object.entries(remarks).map(([name, remark]) => `${name}: ${remark}`), ...notes]),
  ]
  return `${sections.join('\n\n')}\n`
}

const reading = [
  'Nanoseconds for each operation, and in brackets the throughput relative to `' +
    rival +
    '` in the same round: more is',
  'better; the middle of the rounds, then the least and the most. A new process for each subject and round, one of them at',
  'work at a time, each pass by everybody before the next. `' +
    rival +
    ' again` is the same once more: a difference that is',
  'no larger than its own says nothing. Statistics and pressure are on in ours, which are in bold.',
].join('\n')

function keysLine({ keys }: Result): string {
  return keys === 'same'
    ? '- keys are looked up by the very strings under which they were set, whose hashes are known'
    : '- keys are looked up by new strings, as those of requests are: each must be hashed first'
}

function verdictText({ claim, figure, passed }: Result['verdicts'][number]): string {
  return `${passed ? 'holds' : '**missed**'}: ${claim}: ${figure}`
}

function pointSection(point: Point, plot: string | undefined): readonly string[] {
  const measured = point.names.filter((name) => point.figures[name] !== undefined)
  const rows = measured.map((name) => [
    point.ours.includes(name) ? `**${name}**` : name,
    ...operations.map((operation) => cell(point.figures[name]?.[operation])),
    hits(point.figures[name]?.mixed),
  ])
  const noise = noiseOf(point.figures)
  const noises = operations.flatMap((operation) => {
    const share = noise[operation]
    return share === undefined ? [] : [`${operation} ${(100 * share).toFixed(0)} %`]
  })
  return [
    `## ${placeOf(point)}`,
    ...(plot === undefined ? [] : [`![Throughput relative to ${rival}](${plot})`]),
    markdownTable([['', ...operations, 'hits of mixed'], ...rows]),
    `${point.rounds} rounds. Noise: ${noises.join(', ') || 'not measured'}.`,
  ]
}

function cell(figure: Figure | undefined): string {
  if (figure === undefined) return '–'
  const { nanoseconds, ratio, least, most } = figure
  return `${nanoseconds.toFixed(0)} (${[ratio, least, most].map((one) => one.toFixed(2)).join(', ')})`
}

function hits(figure: Figure | undefined): string {
  return figure?.hitRatio === undefined ? '–' : `${(100 * figure.hitRatio).toFixed(1)} %`
}

function listed(lines: readonly string[]): string {
  return lines.map((line) => `- ${line}`).join('\n')
}
