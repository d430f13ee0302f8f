import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { atEnd } from '../../../verify/src/harness/at-end.ts'

/** The part of esbuild that is used; it comes with tsup. */
interface Esbuild {
  build(options: Readonly<Record<string, unknown>>): Promise<unknown>
}

const fromRoot = createRequire(new URL('../../../package.json', import.meta.url))
/** Below the packages of this workspace, where a program finds them. */
const scratch = fileURLToPath(new URL('../../node_modules/.cache', import.meta.url))

/**
 * Builds a program into one file that every line of Node.js runs without a loader, and returns its path. What it
 * measures is left out of it: packages are loaded as a service loads them. The file goes with this process.
 */
export async function bundleChild(entry: URL): Promise<string> {
  const esbuild = createRequire(fromRoot.resolve('tsup'))('esbuild') as Esbuild
  mkdirSync(scratch, { recursive: true })
  const folder = mkdtempSync(join(scratch, 'child-'))
  atEnd(() => rmSync(folder, { recursive: true, force: true }))
  const outfile = join(folder, 'child.mjs')
  await esbuild.build({
    entryPoints: [fileURLToPath(entry)],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
  })
  return outfile
}
