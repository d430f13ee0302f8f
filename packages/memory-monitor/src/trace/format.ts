import { invalidArgument, invalidOption, isPressureLevel } from '@cultus/core'
import { type Trace, type TraceEvent, type TraceHeader, traceEnds, traceVersion } from './trace.ts'

type Line = Readonly<Record<string, unknown>>

/** Says whether a value may stand in a field, and what it must be. */
interface Rule {
  readonly must: string
  readonly optional?: boolean
  readonly accepts: (value: unknown) => boolean
}

const amount: Rule = {
  must: 'be a number of at least 0',
  accepts: (value) => typeof value === 'number' && value >= 0 && Number.isFinite(value),
}
const size: Rule = {
  must: 'be a number of bytes above 0',
  accepts: (value) => typeof value === 'number' && value > 0 && Number.isFinite(value),
}
const text: Rule = {
  must: 'be a non-empty string',
  accepts: (value) => typeof value === 'string' && value !== '',
}

function oneOf(values: readonly unknown[]): Rule {
  return { must: `be ${values.join(' or ')}`, accepts: (value) => values.includes(value) }
}

function optional(rule: Rule): Rule {
  return { ...rule, optional: true }
}

const headerRules = {
  version: oneOf([traceVersion]),
  node: text,
  deathPointBytes: size,
  heapLimitBytes: size,
  hostBytes: size,
  containerLimitBytes: optional(size),
  workload: text,
  parameters: optional({
    must: 'be an object of numbers, strings and booleans',
    accepts: (value) =>
      typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value) &&
      Object.values(value).every(
        (each) => ['string', 'boolean'].includes(typeof each) || Number.isFinite(each),
      ),
  }),
  seed: optional({ must: 'be a number', accepts: (value) => Number.isFinite(value) }),
} satisfies Readonly<Record<string, Rule>>

const eventRules: Readonly<Record<TraceEvent['type'], Readonly<Record<string, Rule>>>> = {
  gc: {
    kind: oneOf(['major']),
    lateness: amount,
    quiet: amount,
    busy: amount,
    usedAfter: amount,
    young: optional(amount),
  },
  heap: { used: amount, heapUsed: optional(amount), heapTotal: optional(amount) },
  process: { rss: amount, external: amount, arrayBuffers: amount },
  container: { used: amount, limit: size, high: optional(size), total: optional(amount) },
  load: { offered: amount, served: amount },
  held: { bytes: amount },
  mark: { name: text },
  level: {
    source: text,
    level: { must: 'be a pressure level', accepts: isPressureLevel },
  },
  end: { how: oneOf(traceEnds) },
}

/** One line of a trace, with its line feed. */
export function formatLine(line: TraceHeader | TraceEvent): string {
  return `${JSON.stringify(line)}\n`
}

/** A whole trace as text: one JSON value a line. */
export function formatTrace({ header, events }: Trace): string {
  return [header, ...events].map(formatLine).join('')
}

/**
 * Reads a trace from its text.
 *
 * A last line that is cut off is left out, and the trace counts as torn: its process
 * died while it wrote.
 *
 * @throws CultusError `CULTUS_INVALID_ARGUMENT` for anything else that is no trace; the
 * message names the line.
 */
export function parseTrace(source: string): Trace {
  const lines = source.split('\n')
  const rest = lines.pop() ?? ''
  const complete = rest === '' || parseJson(rest) !== undefined
  if (complete && rest !== '') lines.push(rest)
  const [first, ...others] = lines
  const header = checked(first ?? '', 1, (line) => line['type'] === 'trace' && headerRules)
  const events: TraceEvent[] = []
  let last: TraceEvent | undefined
  for (const [index, each] of others.entries()) {
    const number = index + 2
    const event = checked(each, number, eventRulesOf) as unknown as TraceEvent
    if (last?.type === 'end')
      throw invalidArgument(`line ${number}`, 'not follow the end', event.type)
    if (event.t < (last?.t ?? 0))
      throw invalidArgument(`line ${number}: t`, `be at least that of the line before`, event.t)
    events.push(event)
    last = event
  }
  return { header: header as unknown as TraceHeader, events, torn: !complete }
}

function eventRulesOf({ type }: Line): Readonly<Record<string, Rule>> | false {
  const known = typeof type === 'string' && Object.hasOwn(eventRules, type)
  return known && { t: amount, ...eventRules[type as TraceEvent['type']] }
}

function checked(
  source: string,
  number: number,
  rulesOf: (line: Line) => Readonly<Record<string, Rule>> | false,
): Line {
  const line = parseJson(source)
  const rules = line !== undefined && rulesOf(line)
  if (line === undefined || !rules) {
    const must = number === 1 ? 'be the header of a trace' : 'be an event of a trace'
    throw invalidArgument(`line ${number}`, must, source)
  }
  const fault = faultIn(line, rules)
  if (fault !== undefined)
    throw invalidArgument(`line ${number}: ${fault.name}`, fault.must, fault.value)
  return line
}

/** A field that holds what it may not. */
interface Fault {
  readonly name: string
  readonly must: string
  readonly value: unknown
}

function faultIn(line: Line, rules: Readonly<Record<string, Rule>>): Fault | undefined {
  for (const [name, { must, optional: mayLack, accepts }] of Object.entries(rules)) {
    const value = line[name]
    if (value === undefined && mayLack) continue
    if (!accepts(value)) return { name, must, value }
  }
  return undefined
}

/**
 * Refuses an event that could not be read back.
 *
 * @throws CultusError `CULTUS_INVALID_ARGUMENT`
 */
export function assertEvent(event: TraceEvent): void {
  const fault = faultIn(event as unknown as Line, { t: amount, ...eventRules[event.type] })
  if (fault !== undefined) throw invalidArgument(fault.name, fault.must, fault.value)
}

/**
 * Refuses what a header says of a workload, if it could not be read back.
 *
 * @throws CultusError `CULTUS_INVALID_OPTION`
 */
export function assertWorkload(about: Pick<TraceHeader, 'workload' | 'parameters' | 'seed'>): void {
  const { workload, parameters, seed } = headerRules
  const fault = faultIn({ ...about }, { workload, parameters, seed })
  if (fault !== undefined) throw invalidOption(fault.name, fault.must, fault.value)
}

/** The object that a line holds, or `undefined` for a line that holds none. */
function parseJson(source: string): Line | undefined {
  try {
    const value: unknown = JSON.parse(source)
    return typeof value === 'object' && value !== null ? (value as Line) : undefined
  } catch {
    return undefined
  }
}
