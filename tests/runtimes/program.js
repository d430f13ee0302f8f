import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const extension = process.platform === 'win32' ? '.exe' : ''

/**
 * The program of a runtime that comes as an npm package, such as `deno`, with its version; or the reason why there is
 * none. The package of the platform, which it depends on, holds the program: no install script need have run.
 */
export function findProgram(name, paths) {
  const manifestPath = resolved(`${name}/package.json`, import.meta.url)
  if (manifestPath === undefined) return { reason: `the npm package ${name} is not installed` }
  const { optionalDependencies = {}, version } = JSON.parse(readFileSync(manifestPath, 'utf8'))
  for (const platform of Object.keys(optionalDependencies)) {
    const path = resolved(`${platform}/package.json`, manifestPath)
    if (path === undefined) continue
    for (const file of paths) {
      const program = join(dirname(path), file + extension)
      if (existsSync(program) && runs(program)) return { program, version }
    }
  }
  return { reason: `${name} ${version} has no program for ${process.platform} on ${process.arch}` }
}

function resolved(specifier, from) {
  try {
    return createRequire(from).resolve(specifier)
  } catch {
    return undefined
  }
}

/** There may be several, for other C libraries than that of this machine. */
function runs(program) {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore', timeout: 30_000 })
    return true
  } catch {
    return false
  }
}
