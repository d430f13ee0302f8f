import { readFileSync } from 'node:fs'
import { build } from 'esbuild'

/** The scenario, which imports the packages by their names as an application does. */
export const scenarioText = readFileSync(new URL('scenario.js', import.meta.url), 'utf8')

/**
 * The scenario and `entry`, which calls it, as one module, with the packages that a project has installed. What is
 * built into Node is not there: a bundle that asks for it fails.
 */
export async function bundled(project, entry, conditions) {
  const { outputFiles } = await build({
    stdin: { contents: scenarioText + entry, resolveDir: project, sourcefile: 'scenario.js' },
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    conditions,
    write: false,
    logLevel: 'silent',
  })
  return outputFiles[0].text
}
