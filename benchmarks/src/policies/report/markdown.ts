import { leastGap } from '../measures.ts'
import { baseline, ceilingOf, type Point } from '../point.ts'
import type { Result } from '../result.ts'
import { lossesOf } from './losses.ts'
import { markdownTable } from './markdown-table.ts'
import { metricTables } from './metric-tables.ts'
import { countText, percentText, ratioText } from './number-text.ts'

/** A result as a page; `plots` maps traces to the files of their plots. */
export function toMarkdown(result: Result, plots: ReadonlyMap<string, string>): string {
  const { points, notes, judgements } = result
  const traces = [...new Set(points.map(({ trace }) => trace))]
  const sections = [
    '# Cache policies over traces',
    header(result),
    '## Subjects',
    markdownTable(
      [
        ['name', 'what it is'],
        ...Object.entries(result.subjects).map(([name, what]) => [name, what]),
      ],
      2,
    ),
    ...(notes.length === 0 ? [] : [notes.map((note) => `- ${note}`).join('\n')]),
    '## All points together',
    summary(result),
    reading(result),
    ...(judgements.length === 0 ? [] : ['## Assertions', verdicts(result)]),
    '## What lost',
    lossesOf(result),
    ...traces.flatMap((trace) => traceSection(result, trace, plots.get(trace))),
  ]
  return `${sections.join('\n\n')}\n`
}

function header({ machine, seed, seeds, bound, costs, keys }: Result): string {
  const { node, v8, processor, cores, gibibytes, platform } = machine
  const what =
    bound === 'entries' ? 'entries' : 'bytes; sizes are those of the traces, nothing is added'
  const chance =
    seeds === 1
      ? `seed ${seed}`
      : `seeds ${seed} to ${seed + seeds - 1}: figures of what depends on chance are means over them`
  return [
    `- Node ${node} (V8 ${v8}), ${platform}, ${processor}, ${cores} cores, ${gibibytes} GiB`,
    `- bounded by ${what}`,
    `- ${chance}; keys are given as ${keys}s${costs ? '; costs are told to those who take them' : ''}`,
  ].join('\n')
}

function summary({ pooled, bound, costs, points }: Result): string {
  const ranked = Object.entries(pooled).sort(([, one], [, other]) => other.hit - one.hit)
  const sized = bound === 'bytes'
  const hits = sized ? 'object hits %' : 'hits %'
  const head = ['subject', hits]
  if (sized) head.push('byte hits %')
  if (costs) head.push('cost saved %', 'worst miss cost')
  head.push('gap closed %', 'worst misses', 'near best %', 'wins', 'µs/op')
  const rows = ranked.map(([name, figures]) => [
    name,
    percentText(figures.hit),
    ...(sized ? [percentText(figures.byteHit)] : []),
    ...(costs ? [percentText(figures.costSaved), ratioText(figures.missCostVsLru)] : []),
    percentText(figures.gapClosed),
    ratioText(figures.missRatioVsLru),
    percentText(figures.nearBest, 0),
    figures.wins === undefined ? '–' : `${figures.wins}`,
    meanTime(points, name).toFixed(2),
  ])
  return markdownTable([head, ...rows])
}

function meanTime(points: readonly Point[], name: string): number {
  const times = points.flatMap(({ measures }) => measures[name]?.microseconds ?? [])
  return times.reduce((sum, time) => sum + time, 0) / times.length
}

function reading({ bound, points }: Result): string {
  const ceiling = ceilingOf(bound)
  const caveat = bound === 'bytes' ? ', which by bytes is a good guess and no bound' : ''
  return [
    `${points.length} points. Hits are means over the points. Gap closed: of the sum of all gaps between ${baseline}`,
    `and ${ceiling}${caveat}; at a point of under ${leastGap} points there is no share to speak of. Worst misses: the most,`,
    `relative to ${baseline}. Near best: points at most a point of hits behind the best of LRU, S3-FIFO and W-TinyLFU (1 %).`,
    'µs/op: subjects ran one after the other in one process, so it is a hint and no measurement of throughput.',
  ].join('\n')
}

function verdicts({ judgements }: Result): string {
  return judgements
    .flatMap(({ text, passed, checked, failures }) => [
      `- ${passed ? 'holds' : '**fails**'}: \`${text}\` (checked ${checked} ×)`,
      ...failures.map((failure) => `  - ${failure}`),
    ])
    .join('\n')
}

function traceSection(result: Result, trace: string, plot: string | undefined): readonly string[] {
  const points = result.points.filter((point) => point.trace === trace)
  const [first] = points
  if (first === undefined) return []
  const sections = [
    `## ${trace}`,
    `${countText(first.requests)} requests for ${countText(first.unique)} keys.`,
  ]
  if (plot !== undefined) sections.push(`![Hit ratio by size](${plot})`)
  return [...sections, ...metricTables(result, points)]
}
