import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const start = promisify(execFile)

/**
 * Runs the source of an ES module in a fresh Node in `folder`, and resolves with what it passed to `report`
 * and what it wrote to stderr: warnings, for the most part.
 *
 * Rejects when it fails or has not ended by itself after 20 seconds.
 */
export async function runNode(folder, source) {
  const script = `const report = (facts) => process.stdout.write(JSON.stringify(facts))\n${source}`
  const { NODE_OPTIONS: _, ...env } = process.env
  const { stdout, stderr } = await start(
    process.execPath,
    ['--input-type=module', '--eval', script],
    { cwd: folder, env, timeout: 20_000 },
  )
  return { facts: JSON.parse(stdout), stderr }
}
