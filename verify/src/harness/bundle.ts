import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { atEnd } from './at-end.ts'

/** The part of esbuild that is used; it comes with tsup. */
interface Esbuild {
  build(options: Readonly<Record<string, unknown>>): Promise<unknown>
}

const fromRoot = createRequire(new URL('../../../package.json', import.meta.url))

/**
 * Builds a program and all it imports, from source, into one file that every line of Node.js runs without a
 * loader; returns its path. The file goes with this process.
 */
export async function bundle(entry: URL): Promise<string> {
  const esbuild = createRequire(fromRoot.resolve('tsup'))('esbuild') as Esbuild
  const folder = mkdtempSync(join(tmpdir(), 'cultus-verify-'))
  atEnd(() => rmSync(folder, { recursive: true, force: true }))
  const outfile = join(folder, `${basename(entry.pathname, '.ts')}.mjs`)
  await esbuild.build({
    entryPoints: [fileURLToPath(entry)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['@cultus/source'],
    logLevel: 'error',
    // What CommonJS packages in the bundle ask for.
    banner: {
      js: "import { createRequire as _createRequire } from 'node:module'; const require = _createRequire(import.meta.url);",
    },
  })
  return outfile
}
