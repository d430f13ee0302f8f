import { type CultusError, invalidArgument } from '@cultus/core'
import type { TraceBuilder } from './trace-builder.ts'

/** How a file holds a trace. */
export type TraceFormat = 'text' | 'arc' | 'lirs' | 'csv' | 'oracle-general'

export const traceFormats: readonly TraceFormat[] = ['text', 'arc', 'lirs', 'csv', 'oracle-general']

/** Adds what one line says to a trace; `place` names the line in errors. */
type LineReader = (line: string, place: () => string) => void

/** The reader of each format that has lines; `columns` names those of a CSV file. */
export function lineReader(
  format: Exclude<TraceFormat, 'oracle-general'>,
  trace: TraceBuilder,
  columns?: readonly string[],
): LineReader {
  switch (format) {
    case 'text':
      return textReader(trace)
    case 'arc':
      return arcReader(trace)
    case 'lirs':
      return lirsReader(trace)
    case 'csv':
      return csvReader(trace, columns)
  }
}

/** A number, where a key is one, so that it need not be hashed as text. */
function keyOf(text: string): number | string {
  return /^(?:0|[1-9]\d{0,14})$/.test(text) ? Number(text) : text
}

/** A finite number of at least 0, or `NaN`. */
function amountOf(text: string | undefined): number {
  const amount = text === undefined || text === '' ? Number.NaN : Number(text)
  return amount >= 0 && Number.isFinite(amount) ? amount : Number.NaN
}

/** `key[ size[ cost]]`, the same columns on every line. */
function textReader(trace: TraceBuilder): LineReader {
  let columns = 0
  const fault = (line: string, place: () => string): CultusError => {
    const shape = ['`key[ size[ cost]]`', '`key`', '`key size`', '`key size cost`'][columns]
    return invalidArgument(place(), `be ${shape}`, line)
  }
  return (line, place) => {
    const words = line.split(/[ \t]+/)
    const [key = '', size, cost] = words
    if (columns === 0 && words.length <= 3) columns = words.length
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they tell that this is no text
    if (words.length !== columns || /[\0-\x1f\x7f]/.test(key)) throw fault(line, place)
    if (columns === 1) return trace.add(keyOf(key))
    const bytes = amountOf(size)
    if (Number.isNaN(bytes)) throw fault(line, place)
    if (columns === 2) return trace.add(keyOf(key), bytes)
    const price = amountOf(cost)
    if (Number.isNaN(price)) throw fault(line, place)
    trace.add(keyOf(key), bytes, price)
  }
}

/** `start count ignored id`: a range of blocks, requested one after the other. (Megiddo and Modha, FAST 2003.) */
function arcReader(trace: TraceBuilder): LineReader {
  return (line, place) => {
    const [, first, count] = /^(\d{1,15})\s+(\d{1,9})\s+\d+\s+\d+$/.exec(line) ?? []
    if (first === undefined || count === undefined) {
      throw invalidArgument(place(), 'be `start count ignored id`, four whole numbers', line)
    }
    const start = Number(first)
    for (let block = 0; block < Number(count) && !trace.full; block++) trace.add(start + block)
  }
}

/** A block number a line; a star marks a point in time and is passed over. (Jiang and Zhang, SIGMETRICS 2002.) */
function lirsReader(trace: TraceBuilder): LineReader {
  return (line, place) => {
    if (line === '*') return
    if (!/^\d{1,15}$/.test(line)) throw invalidArgument(place(), 'be a whole number or `*`', line)
    trace.add(Number(line))
  }
}

const keyNames = ['id', 'key', 'obj_id', 'object', 'object_id', 'objid']
const sizeNames = ['size', 'obj_size', 'object_size', 'bytes', 'value_size']
const costNames = ['cost', 'latency', 'load_time']

/** libCacheSim's CSV: `time,id,size` unless a header or the caller names other columns. */
function csvReader(trace: TraceBuilder, named?: readonly string[]): LineReader {
  let columns = named
  let key = 0
  let size = -1
  let cost = -1
  let begun = false
  const begin = (cells: readonly string[]): boolean => {
    const heads = cells.map((cell) => cell.toLowerCase())
    const isHeader = heads.some((head) => keyNames.includes(head))
    columns ??= isHeader ? heads : ['time', 'id', 'size']
    key = columns.findIndex((column) => keyNames.includes(column))
    size = columns.findIndex((column) => sizeNames.includes(column))
    cost = columns.findIndex((column) => costNames.includes(column))
    begun = true
    return isHeader
  }
  return (line, place) => {
    const cells = line.split(',').map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'))
    if (!begun && begin(cells)) return
    const id = cells[key]
    const bytes = size === -1 ? 0 : amountOf(cells[size])
    const price = cost === -1 ? 0 : amountOf(cells[cost])
    if (id === undefined || id === '' || Number.isNaN(bytes + price)) {
      throw invalidArgument(place(), `be \`${columns?.join(',')}\``, line)
    }
    trace.add(keyOf(id), size === -1 ? undefined : bytes, cost === -1 ? undefined : price)
  }
}

/** The columns of a CSV file as a user names them. */
export function csvColumns(text: string): readonly string[] {
  const columns = text.toLowerCase().split(',')
  if (!columns.some((column) => keyNames.includes(column))) {
    throw invalidArgument('columns', `name one of ${keyNames.join(', ')}`, text)
  }
  return columns
}
