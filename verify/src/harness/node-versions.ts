import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { progress } from './options.ts'

/** A major version of Node.js that is supported. */
export type NodeLine = '20' | '22' | '24' | '26'

export const nodeLines: readonly NodeLine[] = ['20', '22', '24', '26']

/** The versions that are measured: figures depend on them, so they change on purpose only. */
const exact: Readonly<Record<NodeLine, string>> = {
  '20': '20.20.2',
  '22': '22.23.3',
  '24': '24.21.0',
  '26': '26.10.0',
}

const cache = fileURLToPath(new URL('../../../node_modules/.cache/cultus-node', import.meta.url))
const run = promisify(execFile)
const found = new Map<NodeLine, Promise<string>>()

/**
 * The path of a Node.js of one line: the running one where it is of that line, else that of the npm
 * package `node`, which is installed into a cache folder the first time.
 */
export function nodeBinary(line: NodeLine): Promise<string> {
  const known = found.get(line) ?? find(line)
  found.set(line, known)
  return known
}

async function find(line: NodeLine): Promise<string> {
  if (process.versions.node.startsWith(`${line}.`)) return process.execPath
  const version = exact[line]
  const folder = join(cache, version)
  const binary = join(folder, 'node_modules/node/bin/node')
  if (existsSync(binary)) return binary
  progress(`installing node@${version}`)
  mkdirSync(cache, { recursive: true })
  // Beside its place and moved at the end: two commands may install at once, one may be interrupted.
  const partial = mkdtempSync(join(cache, `.${version}-`))
  try {
    const flags = ['--prefix', partial, '--no-audit', '--no-fund', '--no-package-lock']
    await run('npm', ['install', ...flags, `node@${version}`], { cwd: partial })
    if (!existsSync(folder)) renameSync(partial, folder)
  } finally {
    rmSync(partial, { recursive: true, force: true })
  }
  const { stdout } = await run(binary, ['--version'])
  if (stdout.trim() !== `v${version}`) throw new Error(`${binary} is ${stdout.trim()}`)
  return binary
}
