/**
 * Whether the reported death point of the heap is the cap that V8 holds to, and whether a process hears of its
 * death: every heap is reported, then really filled until V8 ends the process or the worker.
 */
import { totalmem } from 'node:os'
import { bundle } from './harness/bundle.ts'
import { heldBefore, seconds } from './harness/lead.ts'
import { type NodeLine, nodeBinary, nodeLines } from './harness/node-versions.ts'
import { progress, readOptions } from './harness/options.ts'
import { seededRandom } from './harness/random.ts'
import { Results } from './harness/results.ts'
import { runAll } from './harness/run-all.ts'
import { type ChildOutcome, runChild } from './harness/run-child.ts'
import { table } from './harness/table.ts'
import { conclude } from './harness/verdict.ts'
import type { ChildArguments } from './workload/child.ts'

const mebibyte = 2 ** 20
const mostError = 0.03
const nearCap = 0.97
/** Shares of the cap per second, and the bytes per second that a program can be thought to hold on to. */
const rates = { least: 0.02, most: 0.1, mostBytes: 200 * 2 ** 20 }

/** How the cap is set. */
type Setting = 'flag' | 'NODE_OPTIONS' | 'percentage' | 'worker' | 'worker under a flag'

interface Cell {
  readonly line: NodeLine
  readonly setting: Setting
  readonly cap: number
}

interface Row extends Cell {
  readonly key: string
  readonly reported: number
  readonly diedAt: number
  readonly death: string
  readonly emergency: number | undefined
  readonly critical: number | undefined
  readonly rateShare: number
}

const { quick, seed, jobs, out, resume } = readOptions()
const script = await bundle(new URL('./workload/child.ts', import.meta.url))
const results = new Results<Row>(out, resume)

/** One hundredth of the memory that Node.js sizes heaps by, in MiB. */
const onePercent = Math.min(totalmem(), process.constrainedMemory() || totalmem()) / 100 / mebibyte
const cells = quick ? quickCells() : allCells()

function quickCells(): readonly Cell[] {
  return (['20', '24'] as const).flatMap((line) => [
    { line, setting: 'flag', cap: 64 } as const,
    { line, setting: 'NODE_OPTIONS', cap: 96 } as const,
    { line, setting: 'worker', cap: 64 } as const,
  ])
}

function allCells(): readonly Cell[] {
  const filled = nodeLines.flatMap((line) =>
    [64, 96, 192, 512, 2048].flatMap((cap) => [
      { line, cap, setting: 'flag' } as const,
      { line, cap, setting: 'worker' } as const,
    ]),
  )
  const others = nodeLines.flatMap((line) => [
    { line, cap: 96, setting: 'NODE_OPTIONS' } as const,
    { line, cap: 96, setting: 'worker under a flag' } as const,
    { line, cap: onePercent, setting: 'percentage' } as const,
  ])
  return [...filled, ...others]
}

/** How Node.js is started so that a cap is in force. */
function start({ setting, cap }: Cell): {
  readonly flags: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly worker?: ChildArguments['worker']
} {
  const size = `--max-old-space-size=${cap}`
  switch (setting) {
    case 'flag':
      return { flags: [size], env: {} }
    case 'NODE_OPTIONS':
      return { flags: [], env: { NODE_OPTIONS: size } }
    case 'percentage':
      return { flags: ['--max-old-space-size-percentage=1'], env: {} }
    case 'worker':
      return { flags: [], env: {}, worker: { maxOldGenerationSizeMb: cap } }
    case 'worker under a flag':
      // The flag overrides what the worker is given: nodejs/node#43991.
      return { flags: [size], env: {}, worker: { maxOldGenerationSizeMb: 2 * cap } }
  }
}

function rateShareOf(cell: Cell): number {
  const random = seededRandom(seed + cells.indexOf(cell))()
  const share = rates.least + random * (rates.most - rates.least)
  // What is quick leaves no time for the slow ones.
  const drawn = quick ? rates.most : share
  return Math.min(drawn, rates.mostBytes / (cell.cap * mebibyte))
}

async function measure(cell: Cell, done: () => number): Promise<Row | undefined> {
  const { line, setting, cap } = cell
  const key = `${line} ${setting} ${Math.round(cap)} seed ${seed}`
  const before = results.get(key)
  if (before !== undefined) return before
  const { flags, env, worker } = start(cell)
  const rateShare = rateShareOf(cell)
  const given: ChildArguments = {
    load: { kind: 'fill', capBytes: cap * mebibyte, rateShare, duration: 300_000 },
    tickEvery: 50,
    collections: true,
    ...(worker !== undefined && { worker }),
  }
  const node = await nodeBinary(line)
  const args = [JSON.stringify(given)]
  const outcome = await runChild({ node, script, flags, args, env, timeout: 330_000 })
  if (/bad option/.test(outcome.stderr)) {
    progress(`${done()} of ${cells.length}: Node ${line} has no such flag: ${flags.join(' ')}`)
    return undefined
  }
  const row = { ...cell, key, rateShare, ...read(outcome) }
  results.add(row)
  progress(`${done()} of ${cells.length}: Node ${line}, ${setting}, ${Math.round(cap)} MiB`)
  return row
}

function read(outcome: ChildOutcome): Omit<Row, keyof Cell | 'key' | 'rateShare'> {
  const { lines } = outcome
  const told = lines.find((line) => line['type'] === 'start')
  if (told === undefined)
    throw new Error(`a child did not start: ${outcome.stderr.slice(0, 2_000)}`)
  // The most of the last few: a collection may come between the last line and the one that kills.
  const last = lines.filter((line) => typeof line['used'] === 'number').slice(-5)
  return {
    reported: Number(told['deathPointBytes']) / mebibyte,
    diedAt: Math.max(...last.map((line) => Number(line['used']))) / mebibyte,
    death: outcome.death ?? 'none',
    critical: heldBefore(outcome, 'critical'),
    emergency: heldBefore(outcome, 'emergency'),
  }
}

progress(`${cells.length} heaps to fill, ${jobs} at once`)
const rows = (await runAll(cells, { jobs, seed }, measure)).filter((row) => row !== undefined)

const error = ({ reported, cap }: Row): number => reported / cap - 1
const percent = (share: number): string => `${(100 * share).toFixed(1).replace(/^-0.0$/, '0.0')} %`
const head = [
  'cap set by',
  'Node',
  'MiB',
  'reported',
  'error',
  'growth/s',
  'died at',
  'of cap',
  'critical s before',
  'emergency s before',
  'death',
]
process.stdout.write(
  `${table([
    head,
    ...rows.map((row) => [
      row.setting,
      row.line,
      row.cap.toFixed(0),
      row.reported.toFixed(1),
      percent(error(row)),
      percent(row.rateShare),
      row.diedAt.toFixed(1),
      percent(row.diedAt / row.cap),
      seconds(row.critical),
      seconds(row.emergency),
      row.death,
    ]),
  ])}\n\n`,
)

const alive = rows.filter(({ death }) => death === 'none' || death === 'timeout')
const worst = rows.reduce((most, row) => Math.max(most, Math.abs(error(row))), 0)
const early = rows.filter((row) => row.diedAt < nearCap * row.cap)
const silent = early.filter(({ emergency }) => emergency === undefined)
const unheard = rows.filter(({ emergency }) => emergency === undefined)
process.stdout.write(
  `\`emergency\` before death: ${rows.length - unheard.length} of ${rows.length}${listed(unheard)}\n`,
)
conclude([
  {
    passed: rows.length > 0 && worst <= mostError,
    claim: 'the reported death point is within 3 % of the cap in force',
    figure: `worst ${percent(worst)} of ${rows.length} heaps`,
  },
  {
    passed: alive.length === 0,
    claim: 'every heap was filled until it died',
    figure: `${rows.length - alive.length} of ${rows.length}`,
  },
  {
    passed: silent.length === 0,
    timed: true,
    claim: 'every death under 97 % of the cap was preceded by `emergency`',
    figure: `${early.length - silent.length} of ${early.length}${listed(silent)}`,
  },
])

function listed(missed: readonly Row[]): string {
  return missed.map(({ key }) => `; not ${key}`).join('')
}
