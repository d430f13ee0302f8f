import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { step } from './steps.js'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const stamp = join(root, 'node_modules', '.set-up')

/** The arguments with which `npx` runs the pinned pnpm; nothing but npm need be there beforehand. */
export function pnpm(...args) {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  return ['-y', packageManager, ...args]
}

/** Turbo asks nobody and calls nobody. */
export const quiet = {
  TURBO_TELEMETRY_DISABLED: '1',
  DO_NOT_TRACK: '1',
  npm_config_update_notifier: 'false',
}

/** Installs what the lockfile names and builds all packages; what is already done is not done again. */
export async function setUp() {
  process.chdir(root)
  const lock = createHash('sha256').update(readFileSync('pnpm-lock.yaml')).digest('hex')
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock) {
    const flags = ['--frozen-lockfile', '--reporter=append-only']
    await step('Installing dependencies', 'npx', pnpm('install', ...flags), quiet)
    writeFileSync(stamp, lock)
  }
  await step('Building the packages', 'npx', pnpm('exec', 'turbo', 'run', 'build'), quiet)
}
