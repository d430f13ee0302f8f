import { basename } from 'node:path'
import { readOracleGeneral } from './oracle-general.ts'
import type { Trace } from './trace.ts'
import { TraceBuilder } from './trace-builder.ts'
import { bytesOf, headOf, linesOf } from './trace-bytes.ts'
import { lineReader, type TraceFormat } from './trace-formats.ts'

export interface ReadOptions {
  /**
   * How the file holds the trace.
   *
   * @defaultValue what its name, else its beginning, looks like
   */
  readonly format?: TraceFormat
  /**
   * The columns of a CSV file, by name and in order.
   *
   * @defaultValue those of its header, else `time,id,size`
   */
  readonly columns?: readonly string[]
  /**
   * The most requests that are read.
   *
   * @defaultValue all
   */
  readonly limit?: number
}

/**
 * A trace out of a file, plain or gzip'd, never the whole of it in memory.
 *
 * @throws CultusError `CULTUS_INVALID_ARGUMENT` for what cannot be read, with the line
 */
export async function readTrace(path: string, options: ReadOptions = {}): Promise<Trace> {
  const { limit = Number.POSITIVE_INFINITY, columns } = options
  const format = options.format ?? detectFormat(path, await headOf(path))
  const trace = new TraceBuilder(limit)
  if (format === 'oracle-general') await readOracleGeneral(bytesOf(path), trace, path)
  else await readLines(path, trace, lineReader(format, trace, columns))
  return trace.finish(traceName(path))
}

async function readLines(
  path: string,
  trace: TraceBuilder,
  read: (line: string, place: () => string) => void,
): Promise<void> {
  let number = 0
  const place = (): string => `line ${number} of ${path}`
  for await (const lines of linesOf(path)) {
    for (const line of lines) {
      number += 1
      // The first line may begin with a byte order mark.
      const text = (number === 1 ? line.replace(/^\u00ef\u00bb\u00bf/, '') : line).trim()
      if (text !== '') read(text, place)
      if (trace.full) return
    }
  }
}

const extensions: Readonly<Record<string, TraceFormat>> = {
  arc: 'arc',
  lis: 'arc',
  lirs: 'lirs',
  trc: 'lirs',
  csv: 'csv',
  oraclegeneral: 'oracle-general',
  bin: 'oracle-general',
}

/** The format that the name of a file stands for, else that its beginning looks like. */
export function detectFormat(path: string, head: Buffer): TraceFormat {
  const extension = /\.([a-z]+)$/i.exec(withoutGz(path))?.[1]?.toLowerCase() ?? ''
  const named = extensions[extension]
  if (named !== undefined) return named
  if (head.includes(0)) return 'oracle-general'
  const lines = head.toString('latin1').split('\n').slice(0, -1)
  const [first = ''] = lines.map((line) => line.trim()).filter((line) => line !== '')
  if (/^\d+(?:\s+\d+){3}$/.test(first)) return 'arc'
  if (first.includes(',')) return 'csv'
  return lines.some((line) => line.trim() === '*') ? 'lirs' : 'text'
}

/** The name of a file without its folder and endings. */
export function traceName(path: string): string {
  return withoutGz(basename(path)).replace(/(?:\.oracleGeneral)?\.[a-z]+$/i, '')
}

function withoutGz(path: string): string {
  return path.replace(/\.gz$/i, '')
}
