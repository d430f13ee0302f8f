import { readFileSync } from 'node:fs'
import { CultusError } from '@cultus/core'
import type { SimulatorName } from './simulators/named.ts'

/** What a table of reference says of one trace at one size. */
export interface ReferenceRow {
  readonly trace: string
  readonly capacity: number
  /** Hit ratios in percent. */
  readonly hits: ReadonlyMap<SimulatorName, number>
}

/** What the columns of such a table are called. */
const columnNames: Readonly<Record<string, SimulatorName>> = {
  opt: 'opt',
  lru: 'lru',
  fifo: 'fifo',
  clock: 'clock',
  sieve: 'sieve',
  'sieve-3': 'sieve-3',
  's3-fifo': 's3-fifo',
  'w-tlfu 1%': 'w-tinylfu-1',
  'w-tlfu 10%': 'w-tinylfu-10',
  'w-tlfu adapt': 'w-tinylfu',
  arc: 'arc',
}

/**
 * The rows of the table in a file; `option` is what errors call it.
 *
 * @throws CultusError `CULTUS_INVALID_ARGUMENT` for what cannot be read, and as {@link parseReference}
 */
export function readReference(path: string, option: string): readonly ReferenceRow[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const message = `\`${option}\` must be a readable file, got: ${reason}`
    throw new CultusError('CULTUS_INVALID_ARGUMENT', message, { cause })
  }
  return parseReference(text, option)
}

/**
 * The rows of a Markdown table whose head begins `trace | cap`; columns that mean nothing here are passed over.
 *
 * @throws CultusError `CULTUS_INVALID_ARGUMENT` where there is no such table, or a row cannot be read
 */
export function parseReference(text: string, option: string): readonly ReferenceRow[] {
  const fault = faultIn(option)
  const lines = text.split('\n').map((line) => line.trim())
  const start = lines.findIndex((line) => /^\|\s*trace\s*\|\s*cap\s*\|/i.test(line))
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'))
  if (start === -1) throw fault('hold a table that begins `| trace | cap |`', '')
  const names = cellsOf(lines[start] ?? '').map((cell) => columnNames[cell.toLowerCase()])
  return lines
    .slice(start + 2, end === -1 ? undefined : end)
    .map((line) => rowOf(line, names, fault))
}

function rowOf(
  line: string,
  names: readonly (SimulatorName | undefined)[],
  fault: Fault,
): ReferenceRow {
  const cells = cellsOf(line)
  const [trace = '', cap = ''] = cells
  const capacity = Number.parseInt(cap.replaceAll(',', ''), 10)
  const hits = new Map<SimulatorName, number>()
  for (const [index, name] of names.entries()) {
    if (name === undefined) continue
    const cell = cells[index] ?? ''
    if (!/^\d+(?:\.\d+)?$/.test(cell)) throw fault('hold a number in every cell', line)
    hits.set(name, Number(cell))
  }
  if (!(capacity >= 1)) throw fault('name a capacity in its second column', line)
  return { trace, capacity, hits }
}

function cellsOf(line: string): readonly string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.replaceAll('*', '').trim())
}

type Fault = (must: string, line: string) => CultusError

function faultIn(option: string): Fault {
  return (must, line) => {
    const got = line === '' ? '' : `, got "${line.slice(0, 80)}"`
    return new CultusError('CULTUS_INVALID_ARGUMENT', `\`${option}\` must ${must}${got}`)
  }
}
