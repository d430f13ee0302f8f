import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'tsup'
import { onTestFinished } from 'vitest'

/**
 * Bundles programs with the source of this package, and returns the folder of the results: `name.mjs`.
 *
 * Loaders do not reach every worker thread on every Node.js; plain JavaScript does.
 */
export async function bundled(...programs: readonly URL[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'cultus-children-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  await build({
    entry: programs.map((program) => fileURLToPath(program)),
    outDir: folder,
    format: 'esm',
    target: 'node20',
    platform: 'node',
    outExtension: () => ({ js: '.mjs' }),
    removeNodeProtocol: false,
    config: false,
    silent: true,
    noExternal: [/.*/],
    esbuildOptions: (options) => {
      options.conditions = ['@cultus/source']
    },
  })
  return folder
}
