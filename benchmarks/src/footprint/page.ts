import { type Bound, bounds } from '../caches/line-up.ts'
import { headerLines } from '../caches/run-header.ts'
import { markdownTable } from '../policies/report/markdown-table.ts'
import { type Footprint, footprintOf } from './point.ts'
import type { Result } from './result.ts'

/** What is compared with: for caches that were filled, and for those that have evicted. */
const floor = 'Map'
const evictingFloor = 'Map + ring'

/** A result as a page; `plots` are the files of the plots, by version of Node.js. */
export function toPage(result: Result, plots: ReadonlyMap<string, string>): string {
  const { header, nodes, runs, notes, verdicts, footprints } = result
  const versions = [...new Set(footprints.map(({ node }) => node))]
  const sections = [
    '# Bytes for each entry of a cache',
    [...headerLines(header, nodes), `- ${runs} processes for each figure, the middle one`].join(
      '\n',
    ),
    reading,
    ...(verdicts.length === 0 ? [] : ['## Claims', listed(verdicts.map(verdictText))]),
    ...versions.flatMap((node) => {
      const plot = plots.get(node)
      return [
        `## Node ${node.split('.')[0]}`,
        ...(plot === undefined ? [] : [`![Bytes for each entry beyond a Map](${plot})`]),
        ...bounds.flatMap((bound) => boundSection(footprints, node, bound)),
      ]
    }),
    ...(notes.length === 0 ? [] : ['## Remarks', listed(notes)]),
  ]
  return `${sections.join('\n\n')}\n`
}

const reading = [
  'Heap and memory outside of it after collection, less that before, for each entry that fits. Keys and values exist',
  'beforehand and are the same for all, so this is what a cache takes by itself. *Filled*: as many entries as fit were',
  `set, once each; *over ${floor}* is what that is beyond a plain ${floor} of as many. *Turned over*: twice as many others came after`,
  `them, which leaves the tables of a cache as they are in a service; beyond it, what that is beyond a \`${evictingFloor}\` that evicts`,
  'its oldest key. The tables of a Map double: how full they are is the largest part of the differences between columns.',
  'Ours are in bold.',
].join('\n')

function verdictText({ claim, figure, passed }: Result['verdicts'][number]): string {
  return `${passed ? 'holds' : '**missed**'}: ${claim}: ${figure}`
}

function boundSection(all: readonly Footprint[], node: string, bound: Bound): readonly string[] {
  const shown = all.filter(
    ({ contestant, ...one }) =>
      one.node === node && (contestant.kind === 'entries') === (bound === 'entries'),
  )
  if (shown.length === 0) return []
  const counts = [...new Set(shown.map(({ entries }) => entries))]
  const names = [...new Set(shown.map(({ contestant }) => contestant.name))]
  const head = counts.flatMap((count) => [
    `${count.toLocaleString('en-GB')}, filled`,
    `over ${floor}`,
    'turned over',
    `over ${evictingFloor}`,
  ])
  const rows = names.map((name) => {
    const own = shown.some(({ contestant }) => contestant.name === name && contestant.ours)
    const cells = counts.flatMap((entries) => cellsOf(all, shown, { node, entries }, name))
    return [own ? `**${name}**` : name, ...cells]
  })
  return [`### Bounded by ${bound}`, markdownTable([['', ...head], ...rows])]
}

function cellsOf(
  all: readonly Footprint[],
  shown: readonly Footprint[],
  place: Pick<Footprint, 'node' | 'entries'>,
  name: string,
): readonly string[] {
  const own = footprintOf(shown, place, name)
  const least = footprintOf(all, place, floor)?.filled
  const leastTurned = footprintOf(all, place, evictingFloor)?.turnedOver
  return [
    text(own?.filled),
    text(beyond(own?.filled, least)),
    text(own?.turnedOver),
    text(beyond(own?.turnedOver, leastTurned)),
  ]
}

function beyond(value: number | undefined, least: number | undefined): number | undefined {
  return value === undefined || least === undefined ? undefined : value - least
}

function text(value: number | undefined): string {
  return value === undefined ? '–' : value.toFixed(0)
}

function listed(lines: readonly string[]): string {
  return lines.map((line) => `- ${line}`).join('\n')
}
