import { readdirSync } from 'node:fs'
import { readTrace, type Trace } from '@cultus/memory-monitor/trace'

/** Where the recorded traces of the repository are. */
export const traceFolder: URL = new URL('../../../packages/memory-monitor/traces/', import.meta.url)

/** A trace of the repository. */
export interface NamedTrace {
  readonly name: string
  readonly trace: Trace
}

/** All the recorded traces of the repository, by name. */
export function corpus(): readonly NamedTrace[] {
  return readdirSync(traceFolder)
    .filter((file) => file.endsWith('.jsonl.gz'))
    .sort()
    .map((file) => ({
      name: file.slice(0, -'.jsonl.gz'.length),
      trace: readTrace(new URL(file, traceFolder)),
    }))
}
