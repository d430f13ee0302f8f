import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** The root of the repository. */
export const root = resolve(import.meta.dirname, '..')

/** The parsed content of a JSON file, by its path from the root. */
export function readJson(path) {
  return JSON.parse(readFileSync(resolve(root, path), 'utf8'))
}

/**
 * Every publishable package of the workspace: its folder, its manifest, and the specifiers of its entries
 * (`@cultus/core`, `@cultus/core/sizing`, …).
 */
export const packages = readdirSync(join(root, 'packages'))
  .filter((name) => existsSync(join(root, 'packages', name, 'package.json')))
  .map((directory) => {
    const folder = join(root, 'packages', directory)
    const manifest = readJson(join(folder, 'package.json'))
    const entries = Object.keys(manifest.exports)
      .filter((subpath) => subpath !== './package.json')
      .map((subpath) => manifest.name + subpath.slice(1))
    return { directory, folder, name: manifest.name, manifest, entries }
  })

/** The specifiers of every entry of every package. */
export const entries = packages.flatMap((one) => one.entries)

/** The manifests of every workspace that is never published, by their paths from the root. */
export const privateManifests = ['package.json', 'tests/package.json', 'benchmarks/package.json']
  .concat(readdirSync(join(root, 'examples')).map((name) => `examples/${name}/package.json`))
  .filter((path) => existsSync(join(root, path)))

/** Paths from the root, `/`-separated, of what is committed or would be: nothing that git ignores. */
export function repositoryFiles() {
  const flags = ['ls-files', '-z', '--cached', '--others', '--exclude-standard']
  return execFileSync('git', flags, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 })
    .split('\0')
    .filter((path) => path !== '' && existsSync(join(root, path)))
}
