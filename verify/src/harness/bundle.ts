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

interface BundleOptions {
  /**
   * A folder below packages, in which the file is put; it then loads them from there as a service does, as built.
   *
   * @defaultValue none: packages are in the file, from source where they are of this workspace
   */
  readonly packagesAbove?: string
}

const fromRoot = createRequire(new URL('../../../package.json', import.meta.url))

const withPackages = {
  conditions: ['@cultus/source'],
  // What CommonJS packages in the bundle ask for.
  banner: {
    js: "import { createRequire as _createRequire } from 'node:module'; const require = _createRequire(import.meta.url);",
  },
}

/**
 * Builds a program and what it imports into one file that every line of Node.js runs without a loader; returns its
 * path. The file goes with this process.
 */
export async function bundle(entry: URL, { packagesAbove }: BundleOptions = {}): Promise<string> {
  const esbuild = createRequire(fromRoot.resolve('tsup'))('esbuild') as Esbuild
  const folder = mkdtempSync(join(packagesAbove ?? tmpdir(), 'cultus-child-'))
  atEnd(() => rmSync(folder, { recursive: true, force: true }))
  const outfile = join(folder, `${basename(entry.pathname, '.ts')}.mjs`)
  await esbuild.build({
    entryPoints: [fileURLToPath(entry)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
    ...(packagesAbove === undefined ? withPackages : { packages: 'external' }),
  })
  return outfile
}
