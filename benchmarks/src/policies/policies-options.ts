import { invalidOption, numberOption } from '@cultus/core'
import { type Assertion, parseAssertion } from './assertion.ts'
import { policiesArguments } from './policies-arguments.ts'
import { parseSizes, type Size } from './sizes.ts'
import { csvColumns, type TraceFormat, traceFormats } from './trace-formats.ts'

/** What `bench policies` was asked for. */
export interface PoliciesOptions {
  readonly traces: readonly string[]
  readonly policies: readonly string[] | undefined
  readonly subjects: readonly string[]
  readonly sizes: readonly Size[]
  /** The path of a table of points, which says the sizes instead. */
  readonly points: string | undefined
  readonly bound: 'entries' | 'bytes'
  readonly costs: boolean
  readonly keys: 'number' | 'string'
  readonly assertions: readonly Assertion[]
  readonly out: string | undefined
  readonly limit: number
  /** Requests of a generated trace. */
  readonly requests: number
  readonly least: number
  readonly seed: number
  /** Runs of what depends on chance, each with another seed. */
  readonly seeds: number
  readonly format: TraceFormat | undefined
  readonly columns: readonly string[] | undefined
}

const generatedRequests = 1_000_000
const quickRequests = 100_000

/**
 * The options in the arguments of the command; nothing is looked up yet but their shape.
 *
 * @throws CultusError `CULTUS_INVALID_OPTION`
 */
export function parsePoliciesOptions(args: readonly string[]): PoliciesOptions {
  const { values, positionals } = policiesArguments(args)
  const { quick = false, bytes = false, costs = false, keys = 'number' } = values
  // What a shell makes of a pattern comes as further arguments.
  const traces = [...(values.trace ?? []), ...positionals]
  if (traces.length === 0) throw invalidOption('trace', 'be given at least once', undefined)
  if (keys !== 'number' && keys !== 'string')
    throw invalidOption('keys', 'be number or string', keys)
  const { points } = values
  if (points !== undefined && values.sizes !== undefined) {
    throw invalidOption('points', 'be given without `sizes`, as its table holds them', points)
  }
  if (points !== undefined && bytes) {
    throw invalidOption('points', 'be given without `bytes`, as its sizes are entries', points)
  }
  const bound = bytes ? 'bytes' : 'entries'
  const most = quick ? quickRequests : Number.POSITIVE_INFINITY
  const limit = Math.min(most, whole('limit', values.limit, most))
  return {
    traces,
    policies: values.policies?.flatMap(words),
    subjects: values.subject ?? [],
    sizes: parseSizes(values.sizes ?? '0.1%,1%,10%', bound),
    points,
    bound,
    costs,
    keys,
    assertions: (values.assert ?? []).map(parseAssertion),
    out: values.out,
    limit,
    requests: Math.min(limit, generatedRequests),
    least: whole('least', values.least, 1),
    seed: whole('seed', values.seed, 1),
    seeds: whole('seeds', values.seeds, 1),
    format: formatOf(values.format),
    columns: values.columns === undefined ? undefined : csvColumns(values.columns),
  }
}

function words(text: string): readonly string[] {
  return text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
}

function whole(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise
  const value = /^\d[\d_]*$/.test(text) ? Number(text.replaceAll('_', '')) : Number.NaN
  if (!Number.isInteger(value)) throw invalidOption(name, 'be a whole number', text)
  return numberOption(name, value, 1, 2 ** 31 - 1)
}

function formatOf(text: string | undefined): TraceFormat | undefined {
  const format = traceFormats.find((one) => one === text)
  if (text !== undefined && format === undefined) {
    throw invalidOption('format', `be one of ${traceFormats.join(', ')}`, text)
  }
  return format
}
