/**
 * Hit ratios of cache policies over traces: recorded requests out of files, or generated ones.
 *
 * Subjects are the policies of `BoundedCache`, other packages, the user's own caches, and simulators, which are plain,
 * independent of the product, and checked against a table of reference (`bench reference`). LRU, S3-FIFO, W-TinyLFU and
 * the optimum are simulated in every run: without them no figure says anything.
 */
import { basename } from 'node:path'
import { CultusError } from '@cultus/core'
import { judge } from './judge.ts'
import { thisMachine } from './machine.ts'
import type { Output } from './output.ts'
import { planOf } from './plan.ts'
import { ceilingOf, type Point, yardsticks } from './point.ts'
import { policiesHelp } from './policies-arguments.ts'
import { type PoliciesOptions, parsePoliciesOptions } from './policies-options.ts'
import { toMarkdown } from './report/markdown.ts'
import { writeReport } from './report/write-report.ts'
import type { Result } from './result.ts'
import { runPoints, withYardsticks } from './run-points.ts'
import { moduleSubject } from './subjects/module.ts'
import { subjectNamed } from './subjects/named.ts'
import { productPolicies } from './subjects/product.ts'
import type { Subject } from './subjects/subject.ts'
import { pool } from './summary.ts'
import type { Trace } from './trace.ts'
import { type SourceOptions, type TraceSource, traceSources } from './trace-sources.ts'

/**
 * Runs the command, and returns whether every assertion holds.
 *
 * @throws CultusError for what cannot be understood or read, before anything has run where that can be known
 */
export async function benchPolicies(args: readonly string[], output: Output): Promise<boolean> {
  if (args.includes('--help')) {
    output.print(policiesHelp())
    return true
  }
  const options = parsePoliciesOptions(args)
  const sources = options.traces.flatMap((text) => traceSources(text, sourceOptions(options)))
  const plan = planOf(sources, options)
  const asked = await askedSubjects(options)
  const able = asked.filter(({ weighs }) => options.bound === 'entries' || weighs)
  const notes = asked
    .filter((subject) => !able.includes(subject))
    .map(({ name }) => `${name} is left out: it has no bound in bytes.`)
  const subjects = await withYardsticks(able, options.bound)
  if (options.points !== undefined) notes.push(tableNote(options.points, options.least))
  const points: Point[] = []
  for (const [index, { source, sizes }] of plan.entries()) {
    const trace = await loadTrace(source, options, notes)
    if (trace === undefined) continue
    const turn = `${index + 1} of ${plan.length}`
    points.push(...runPoints(trace, { ...options, ...output, sizes, subjects, turn }))
  }
  if (points.length === 0) throw nothingRan(options, notes)
  const result = conclude(options, subjects, points, notes)
  if (options.out === undefined) output.print(toMarkdown(result, new Map()))
  else {
    writeReport(result, options.out)
    output.print(`Results are in ${options.out}.`)
  }
  for (const { text, passed, checked, failures } of result.judgements) {
    output.print(`${passed ? 'PASS' : 'FAIL'}: ${text} (checked ${checked} times)`)
    for (const failure of failures) output.print(`  ${failure}`)
  }
  return result.judgements.every(({ passed }) => passed)
}

function tableNote(path: string, least: number): string {
  const all = `Points are those of ${basename(path)}`
  return least === 1 ? `${all}.` : `${all} with at least ${least} entries.`
}

function nothingRan({ least }: PoliciesOptions, notes: readonly string[]): CultusError {
  const reasons = least === 1 ? notes : [`No size has room for ${least} entries.`, ...notes]
  return new CultusError(
    'CULTUS_INVALID_OPTION',
    `\`trace\` must leave a point to run, got none. ${reasons.join(' ')}`,
  )
}

function sourceOptions(options: PoliciesOptions): SourceOptions {
  const { format, columns, limit, requests, seed } = options
  return { limit, requests, seed, ...(format && { format }), ...(columns && { columns }) }
}

/** What was asked for by name, by module or in an assertion; by default all policies of the product and its rival. */
async function askedSubjects(options: PoliciesOptions): Promise<readonly Subject[]> {
  const subjects = new Map<string, Subject>()
  for (const path of options.subjects) {
    const subject = await moduleSubject(path)
    subjects.set(subject.name, subject)
  }
  const names = options.policies ?? [...productPolicies(), 'lru-cache']
  for (const name of [...names, ...options.assertions.flatMap((one) => one.subjects)]) {
    if (!subjects.has(name)) subjects.set(name, await subjectNamed(name))
  }
  return [...subjects.values()]
}

async function loadTrace(
  source: TraceSource,
  { bound, costs, limit }: PoliciesOptions,
  notes: string[],
): Promise<Trace | undefined> {
  const trace = await source.load()
  if (bound === 'bytes' && trace.sizes === undefined) {
    notes.push(`${trace.name} is left out: it has no sizes.`)
    return undefined
  }
  if (costs && trace.costs === undefined) {
    notes.push(`${trace.name} is left out: it has no costs.`)
    return undefined
  }
  if (trace.requests.length === limit) {
    notes.push(`${trace.name} ends after ${limit} requests, as asked for.`)
  }
  return trace
}

function conclude(
  { seed, seeds, bound, costs, keys, assertions }: PoliciesOptions,
  subjects: readonly Subject[],
  points: readonly Point[],
  notes: readonly string[],
): Result {
  const ceiling = ceilingOf(bound)
  const asked = subjects.filter(({ name }) => ![...yardsticks, ceiling].includes(name as never))
  const shown = [...asked, ...subjects.filter((subject) => !asked.includes(subject))]
  const names = shown.map(({ name }) => name)
  const beyond = names.filter((name) => points.some((point) => beatsOptimum(point, name, ceiling)))
  const pooled = pool(points, names, ceiling)
  return {
    machine: thisMachine(),
    seed,
    seeds,
    bound,
    costs,
    keys,
    subjects: Object.fromEntries(shown.map(({ name, what }) => [name, what])),
    notes: [
      ...notes,
      ...beyond.map(
        (name) => `${name} hits more often than is possible: it holds more than it may.`,
      ),
    ],
    points,
    pooled,
    judgements: assertions.map((assertion) => judge(assertion, points, pooled)),
  }
}

/** By bytes nobody knows what is possible. */
function beatsOptimum({ measures }: Point, name: string, ceiling: string): boolean {
  return ceiling === 'sim:opt' && (measures[name]?.hit ?? 0) > (measures[ceiling]?.hit ?? 100)
}
