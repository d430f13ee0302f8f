import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { packages, readJson, root } from '../workspace.js'

const prefix = 'cultus-packed-'
const day = 86_400_000
const shipped = ['dist', 'src', 'package.json', 'README.md', 'LICENSE', 'CHANGELOG.md']

/**
 * A fresh project outside the workspace into which npm has installed the packed tarballs.
 *
 * `bare` has nothing but what the packages depend on; `peers` also has every optional peer they name, with
 * its types. Made once for a given content of the packages and shared by all test files: do not write into
 * it, take a {@link copyOfConsumer}.
 */
export async function consumer() {
  for (const { name, manifest, folder } of packages) {
    const built = existsSync(join(folder, manifest.exports['.'].default))
    if (!built) throw new Error(`${name} is not built: run \`pnpm build\` first`)
  }
  const home = join(realpathSync(tmpdir()), prefix + contentHash())
  if (!existsSync(home)) await prepareOnce(home)
  return { bare: join(home, 'bare'), peers: join(home, 'peers'), tarballs: join(home, 'tarballs') }
}

/** A copy of a consumer that one test may change, with a function that removes it. */
export function copyOfConsumer(folder) {
  const copy = mkdtempSync(join(dirname(dirname(folder)), `${prefix}copy-`))
  cpSync(folder, copy, { recursive: true, verbatimSymlinks: true })
  return { folder: copy, remove: () => rmSync(copy, { recursive: true, force: true }) }
}

function contentHash() {
  const hash = createHash('sha256').update(readFileSync(import.meta.filename))
  for (const { folder } of packages) {
    for (const name of shipped) hashInto(hash, join(folder, name))
  }
  return hash
    .update(readFileSync(join(root, 'pnpm-lock.yaml')))
    .digest('hex')
    .slice(0, 16)
}

function hashInto(hash, path) {
  if (!existsSync(path)) return
  if (statSync(path).isDirectory()) {
    for (const name of readdirSync(path).sort()) hashInto(hash, join(path, name))
  } else {
    hash.update(path).update(readFileSync(path))
  }
}

/** Test files run at the same time: one prepares while the others wait for it. */
async function prepareOnce(home) {
  const lock = `${home}.lock`
  while (!existsSync(home)) {
    try {
      mkdirSync(lock)
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
      // A lock that has outlived any preparation was left by a process that died.
      const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
      if (age > 180_000) rmSync(lock, { recursive: true, force: true })
      else await sleep(100)
      continue
    }
    const draft = mkdtempSync(`${home}-draft-`)
    try {
      if (!existsSync(home)) {
        prepare(draft)
        renameSync(draft, home)
        removeOld(dirname(home), basename(home))
      }
    } finally {
      rmSync(draft, { recursive: true, force: true })
      rmSync(lock, { recursive: true, force: true })
    }
  }
}

function removeOld(folder, current) {
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(prefix) || name.startsWith(current)) continue
    const { mtimeMs = Date.now() } = statSync(join(folder, name), { throwIfNoEntry: false }) ?? {}
    if (Date.now() - mtimeMs > day) rmSync(join(folder, name), { recursive: true, force: true })
  }
}

function prepare(home) {
  const tarballs = join(home, 'tarballs')
  const bare = join(home, 'bare')
  mkdirSync(tarballs)
  mkdirSync(bare)
  const dependencies = { ...packWorkspace(tarballs), ...packExternal(tarballs) }
  const manifest = { name: 'consumer', private: true, type: 'module', dependencies }
  writeFileSync(join(bare, 'package.json'), JSON.stringify(manifest, undefined, 2))
  const flags = ['--offline', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock']
  run('npm', ['install', ...flags], bare)
  const peers = join(home, 'peers')
  cpSync(bare, peers, { recursive: true })
  linkPeers(join(peers, 'node_modules'))
}

/** Packs the packages as a release would; returns the dependencies of a project that installs them. */
function packWorkspace(tarballs) {
  pnpm(['--recursive', '--filter', './packages/*', 'pack', '--pack-destination', tarballs])
  const dependencies = {}
  for (const { name, manifest } of packages) {
    const file = `${name.slice(1).replace('/', '-')}-${manifest.version}.tgz`
    if (!existsSync(join(tarballs, file))) throw new Error(`pnpm packed no ${file}`)
    dependencies[name] = `file:../tarballs/${file}`
  }
  return dependencies
}

/** Packs what the packages depend on out of `node_modules`, so that installing needs no network. */
function packExternal(tarballs) {
  const dependencies = {}
  const pack = (name, from) => {
    if (dependencies[name] !== undefined || packages.some((one) => one.name === name)) return
    const folder = realpathSync(join(from, 'node_modules', name))
    const file = `external-${name.replace(/[@/]/g, '_')}.tgz`
    run('tar', ['-czf', join(tarballs, file), '-C', dirname(folder), basename(folder)], tarballs)
    dependencies[name] = `file:../tarballs/${file}`
    const manifest = readJson(join(folder, 'package.json'))
    const owner = folder.slice(0, folder.lastIndexOf('node_modules'))
    for (const next of Object.keys(manifest.dependencies ?? {})) pack(next, owner)
  }
  for (const { manifest, folder } of packages) {
    for (const name of Object.keys(manifest.dependencies ?? {})) pack(name, folder)
  }
  return dependencies
}

/** Links the optional peers, their types and those of Node: the workspace has them as dev dependencies. */
function linkPeers(modules) {
  const link = (name, from) => {
    const target = join(from, 'node_modules', name)
    const path = join(modules, name)
    if (!existsSync(target) || existsSync(path)) return
    mkdirSync(dirname(path), { recursive: true })
    symlinkSync(realpathSync(target), path, 'junction')
  }
  for (const { manifest, folder } of packages) {
    for (const name of Object.keys(manifest.peerDependencies ?? {})) {
      link(name, folder)
      link(`@types/${name.replace(/^@/, '').replace('/', '__')}`, folder)
    }
  }
  link('@types/node', root)
}

/** pnpm as this test was started with it, else the pinned version through npm. */
function pnpm(args) {
  const path = process.env.npm_execpath ?? ''
  if (!basename(path).startsWith('pnpm')) {
    run('npx', ['-y', readJson('package.json').packageManager, ...args], root)
  } else if (/\.[cm]?js$/.test(path)) {
    run(process.execPath, [path, ...args], root)
  } else {
    run(path, args, root)
  }
}

function run(command, args, cwd) {
  // npm and npx are scripts on Windows, which only a shell can start.
  const shell = process.platform === 'win32' && !command.includes('\\')
  try {
    execFileSync(command, args, { cwd, shell, stdio: 'pipe', encoding: 'utf8' })
  } catch (error) {
    const output = `${error.stdout ?? ''}${error.stderr ?? ''}`
    throw new Error(`${command} ${args.join(' ')} failed:\n${output}`, { cause: error })
  }
}
