import { parseArgs } from 'node:util'
import { CultusError, invalidOption, numberOption } from '@cultus/core'
import { type NodeLine, nodeLines } from '../../../verify/src/harness/node-versions.ts'
import { type Bound, bounds, subjectNamed } from './line-up.ts'

/** What a command that measures caches was asked for. */
export interface RunOptions {
  readonly entries: readonly number[]
  readonly lines: readonly NodeLine[]
  readonly bounds: readonly Bound[]
  /** Only these subjects, by name. */
  readonly subjects: readonly string[] | undefined
  readonly keys: 'same' | 'fresh'
  readonly rounds: number | undefined
  readonly seed: number
  readonly quick: boolean
  /** Whether claims that are missed are told and nothing more. */
  readonly lenient: boolean
  readonly out: string | undefined
  /** Whether it is less than everything that is published. */
  readonly partial: boolean
}

const fewest = 100
const most = 4_000_000

/**
 * The options in the arguments of a command.
 *
 * @throws CultusError `CULTUS_INVALID_OPTION`
 */
export function parseRunOptions(args: readonly string[]): RunOptions {
  const values = parse(args)
  const { quick = false, lenient = false, keys = 'same' } = values
  if (keys !== 'same' && keys !== 'fresh') throw invalidOption('keys', 'be same or fresh', keys)
  const running = process.versions.node.split('.')[0] ?? ''
  const subjects = values.subjects === undefined ? undefined : words(values.subjects)
  subjects?.forEach(subjectNamed)
  return {
    entries: words(values.entries ?? (quick ? '10k' : '10k,100k,1M')).map(entriesOf),
    lines: words(values.node ?? (quick ? running : '20,24')).map(lineOf),
    bounds: words(values.bound ?? bounds.join(',')).map(boundOf),
    subjects,
    keys,
    rounds: values.rounds === undefined ? undefined : whole('rounds', values.rounds),
    seed: values.seed === undefined ? 1 : whole('seed', values.seed),
    quick,
    lenient,
    out: values.out,
    partial: quick || [values.entries, values.node, values.bound, values.subjects].some(Boolean),
  }
}

function parse(args: readonly string[]): ReturnType<typeof parseStrictly> {
  try {
    // `pnpm bench throughput -- --quick` hands the dashes on.
    return parseStrictly(args.filter((word) => word !== '--'))
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new CultusError('CULTUS_INVALID_OPTION', message, { cause })
  }
}

function parseStrictly(args: string[]) {
  const { values } = parseArgs({
    args,
    options: {
      entries: { type: 'string' },
      node: { type: 'string' },
      bound: { type: 'string' },
      subjects: { type: 'string' },
      keys: { type: 'string' },
      rounds: { type: 'string' },
      seed: { type: 'string' },
      quick: { type: 'boolean' },
      lenient: { type: 'boolean' },
      out: { type: 'string' },
    },
  })
  return values
}

function words(text: string): readonly string[] {
  return text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
}

function entriesOf(text: string): number {
  const [, digits, unit = ''] = /^(\d+)(k|M)?$/.exec(text) ?? []
  if (digits === undefined) throw invalidOption('entries', 'be numbers such as 10k,1M', text)
  return numberOption('entries', Number(digits) * ({ k: 1_000, M: 1e6 }[unit] ?? 1), fewest, most)
}

function lineOf(text: string): NodeLine {
  const line = nodeLines.find((one) => one === text)
  if (line === undefined) throw invalidOption('node', `be any of ${nodeLines.join(', ')}`, text)
  return line
}

function boundOf(text: string): Bound {
  const bound = bounds.find((one) => one === text)
  if (bound === undefined) throw invalidOption('bound', `be any of ${bounds.join(', ')}`, text)
  return bound
}

function whole(name: string, text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (Number.isNaN(value)) throw invalidOption(name, 'be a whole number', text)
  return numberOption(name, value, 1, 2 ** 31 - 1)
}
