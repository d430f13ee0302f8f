import { resolve } from 'node:path'
import { splitNodeOptions } from '../v8-flags.ts'

/**
 * Where Node.js writes the snapshots that V8 makes near its limit: `--diagnostic-dir`, on the
 * command line before `NODE_OPTIONS`, else the working directory. It cannot be changed at run time.
 */
export function diagnosticDirectory(
  execArgv: readonly string[] = process.execArgv,
  nodeOptions: string = process.env['NODE_OPTIONS'] ?? '',
): string {
  const flag = /^--diagnostic[-_]dir(?:=(.*))?$/
  let directory = '.'
  const words = [...splitNodeOptions(nodeOptions), ...execArgv]
  for (const [index, word] of words.entries()) {
    const match = flag.exec(word)
    if (match !== null) directory = match[1] ?? words[index + 1] ?? directory
  }
  return resolve(directory)
}
