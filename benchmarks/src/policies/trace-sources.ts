import { readdirSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { invalidArgument } from '@cultus/core'
import { generateTrace, generatorNames, isGenerated } from './generate-trace.ts'
import { type ReadOptions, readTrace, traceName } from './read-trace.ts'
import type { Trace } from './trace.ts'

/** A trace that is read or made when its turn comes. */
export interface TraceSource {
  readonly name: string
  load(): Promise<Trace>
}

export interface SourceOptions extends ReadOptions {
  readonly seed: number
  /** Requests of a generated trace. */
  readonly requests: number
}

/** Files of a folder that are taken for traces. */
const traceFile = /\.(?:txt|csv|arc|lis|lirs|trc|trace|bin|oracleGeneral)(?:\.gz)?$/i

/**
 * The traces that a text stands for: a generator, a file, a folder, or a pattern with `*` and `?` in its last part.
 *
 * @throws CultusError `CULTUS_INVALID_ARGUMENT` where there is none
 */
export function traceSources(text: string, options: SourceOptions): readonly TraceSource[] {
  if (isGenerated(text)) {
    return [{ name: text, load: async () => generateTrace(text, options) }]
  }
  return filesOf(text).map((path) => ({
    name: traceName(path),
    load: () => readTrace(path, options),
  }))
}

function filesOf(text: string): readonly string[] {
  const stat = statSync(text, { throwIfNoEntry: false })
  if (stat?.isFile()) return [text]
  if (stat?.isDirectory()) return matching(text, traceFile, text)
  const last = basename(text)
  if (!/[*?]/.test(last)) {
    const must = `be a file, a folder, a pattern, or one of ${generatorNames.join(', ')}`
    throw invalidArgument('trace', must, text)
  }
  const source = last
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return matching(dirname(text), new RegExp(`^${source}$`), text)
}

function matching(folder: string, pattern: RegExp, text: string): readonly string[] {
  const exists = statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true
  const found = (exists ? readdirSync(folder, { withFileTypes: true }) : [])
    .filter((entry) => entry.isFile() && pattern.test(entry.name))
    .map((entry) => join(folder, entry.name))
    .sort()
  if (found.length === 0) throw invalidArgument('trace', 'match at least one file', text)
  return found
}
