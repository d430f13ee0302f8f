import { median } from '../harness/median.ts'
import type { NodeLine } from '../harness/node-versions.ts'
import { table } from '../harness/table.ts'
import type { Verdict } from '../harness/verdict.ts'

/** How one shape came out on one line of Node.js; bytes a value. */
export interface Measured {
  readonly key: string
  readonly line: NodeLine
  readonly shape: string
  readonly actual: number
  readonly ours: number
  readonly serialized: number
  readonly sizeof?: number
}

/** How long one way takes beside the others; microseconds a call. */
export interface Timed {
  readonly line: NodeLine
  readonly shape: string
  readonly ours: number
  readonly stringified: number
  readonly serialized: number
  readonly sizeof?: number
}

/** What is held on to beside what is charged; bytes a value. */
export interface Retained {
  readonly line: NodeLine
  readonly name: string
  readonly copied: boolean
  readonly pinned: number
  readonly charged: number
}

/** Ways to tell a size, as the tables head them. */
const ways = { ours: 'ours', serialized: 'v8.serialize', sizeof: 'object-sizeof' } as const
type Way = keyof typeof ways

const mostTooLittle = 0.9
const mostTooMuch = 1.3
const medianError = 0.1
const mostPinned = 1.5

function ratios(measured: readonly Measured[], way: Way): readonly number[] {
  return measured.flatMap((each) => {
    const bytes = each[way]
    return bytes === undefined ? [] : [bytes / each.actual]
  })
}

const error = (all: readonly number[]): number => median(all.map((each) => Math.abs(each - 1)))
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`

/** For each shape what it takes, and the estimate as a part of that on each line. */
export function accuracyTable(measured: readonly Measured[], lines: readonly NodeLine[]): string {
  const names = [...new Set(measured.map(({ shape }) => shape))]
  const shown: readonly Way[] = measured.some(({ sizeof }) => sizeof !== undefined)
    ? ['serialized', 'sizeof']
    : ['serialized']
  const rows = names.map((name) => {
    const own = measured.filter(({ shape }) => shape === name)
    const on = (line: NodeLine): readonly Measured[] => own.filter((each) => each.line === line)
    return [
      name,
      median(own.map(({ actual }) => actual)).toFixed(0),
      ...lines.map((line) => ratios(on(line), 'ours')[0]?.toFixed(2) ?? '-'),
      ...shown.map((way) => median(ratios(own, way)).toFixed(2)),
    ]
  })
  const head = ['estimate ÷ actual', 'bytes', ...lines.map((line) => `Node ${line}`)]
  return table([[...head, ...shown.map((way) => ways[way])], ...rows])
}

/** What each way makes of all shapes. */
export function waysTable(measured: readonly Measured[]): string {
  const rows = (Object.keys(ways) as Way[]).flatMap((way) => {
    const all = ratios(measured, way)
    if (all.length === 0) return []
    const [least, most] = [Math.min(...all), Math.max(...all)]
    return [[ways[way], percent(error(all)), least.toFixed(2), most.toFixed(2)]]
  })
  return table([['all shapes', 'median error', 'least', 'most'], ...rows])
}

export function accuracyVerdicts(
  measured: readonly Measured[],
  lines: readonly NodeLine[],
): readonly Verdict[] {
  return lines.flatMap((line) => {
    const own = measured.filter((each) => each.line === line)
    const all = ratios(own, 'ours')
    const [least, most] = [Math.min(...all), Math.max(...all)]
    const worst = own.filter(({ ours, actual }) => [least, most].includes(ours / actual))
    const names = worst.map(({ shape }) => shape).join(', ')
    return [
      {
        passed: error(all) <= medianError,
        claim: `Node ${line}: median error of ${all.length} shapes at most ${percent(medianError)}`,
        figure: percent(error(all)),
      },
      {
        passed: least >= mostTooLittle && most <= mostTooMuch,
        claim: `Node ${line}: each from ${mostTooLittle} to ${mostTooMuch} of what it takes`,
        figure: `${least.toFixed(3)} to ${most.toFixed(3)} (${names})`,
      },
    ]
  })
}

export function speedTable(timed: readonly Timed[]): string {
  const micros = (value: number | undefined): string => value?.toFixed(2) ?? '-'
  return table([
    ['µs a call', 'Node', 'ours', 'JSON.stringify', 'v8.serialize', 'object-sizeof', 'faster'],
    ...timed.map(({ line, shape, ours, stringified, serialized, sizeof }) => [
      shape,
      line,
      ...[ours, stringified, serialized, sizeof].map(micros),
      `${(stringified / ours).toFixed(1)} ×`,
    ]),
  ])
}

/** `least` says how many times faster than `JSON.stringify` an estimate of a shape must be. */
export function speedVerdicts(
  timed: readonly Timed[],
  least: Readonly<Record<string, number>>,
): readonly Verdict[] {
  return Object.entries(least).flatMap(([name, times]) => {
    const own = timed.filter(({ shape }) => shape === name)
    if (own.length === 0) return []
    const slowest = Math.min(...own.map(({ ours, stringified }) => stringified / ours))
    return {
      passed: slowest >= times,
      timed: true,
      claim: `${name}: at least ${times} × faster than JSON.stringify`,
      figure: `${own.map(({ line, ours, stringified }) => `${(stringified / ours).toFixed(1)} × on Node ${line}`).join(', ')}`,
    }
  })
}

export function retentionTable(retained: readonly Retained[]): string {
  const names = [...new Set(retained.map(({ name, line }) => `${line} ${name}`))]
  const rows = names.map((each) => {
    const own = retained.filter(({ name, line }) => `${line} ${name}` === each)
    const cells = [false, true].flatMap((copied) => {
      const one = own.find((candidate) => candidate.copied === copied)
      if (one === undefined) return ['-', '-', '-']
      const { pinned, charged } = one
      return [pinned.toFixed(0), charged.toFixed(0), (pinned / charged).toFixed(2)]
    })
    return [own[0]?.name ?? '', own[0]?.line ?? '', ...cells]
  })
  const head = ['pinned', 'charged', '÷']
  return table([['bytes, as it comes | after the copy', 'Node', ...head, ...head], ...rows])
}

export function retentionVerdict(retained: readonly Retained[]): Verdict {
  const copied = retained.filter((each) => each.copied)
  const most = Math.max(...copied.map(({ pinned, charged }) => pinned / charged))
  return {
    passed: most <= mostPinned,
    claim: `after the copy at most ${mostPinned} × of what is charged is pinned`,
    figure: `${most.toFixed(2)} ×`,
  }
}
