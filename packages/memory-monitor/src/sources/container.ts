import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ancestry, type CgroupMembership, parseMembership, parseMount } from './cgroup.ts'
import { KeptFile } from './kept-file.ts'

/** What a control group uses of the limit at which the kernel kills it; both of the same group. */
export interface ContainerReading {
  readonly version: 'v1' | 'v2'
  /** Bytes that the kernel could not take back without killing: page cache and reclaimable slab are left out. */
  readonly usedBytes: number
  readonly limitBytes: number
  /** The group, relative to where its hierarchy is mounted: `/` is the mount itself. */
  readonly path: string
}

/** The files of one group with a limit. */
interface LimitedGroup {
  readonly version: 'v1' | 'v2'
  readonly path: string
  readonly limit: KeptFile
  readonly usage: KeptFile
  readonly stat: KeptFile
}

const fileNames = {
  v1: { limit: 'memory.limit_in_bytes', usage: 'memory.usage_in_bytes', stat: 'memory.stat' },
  v2: { limit: 'memory.max', usage: 'memory.current', stat: 'memory.stat' },
} as const

const standardMount = { v1: '/sys/fs/cgroup/memory', v2: '/sys/fs/cgroup' } as const

/** v1 counts descendants only in the `total_` fields, and does not tell reclaimable slab. */
const inactiveFile = {
  v1: Buffer.from('\ntotal_inactive_file '),
  v2: Buffer.from('\ninactive_file '),
} as const
const reclaimableSlab = Buffer.from('\nslab_reclaimable ')

/** How long a choice of group holds, in milliseconds: limits are resized, processes are moved. */
const rediscoverAfter = 30_000

/**
 * Reads what the container of this process uses of its memory limit.
 *
 * The process dies when any of its groups is full, so the one nearest to its limit is followed, usage and
 * limit as a pair. A machine without control groups or limits has no reading; a group that was followed
 * and cannot be read any more is a failure until the groups are looked up again.
 */
export class ContainerSource {
  readonly #root: string
  readonly #hostBytes: number
  #groups: readonly LimitedGroup[] = []
  #followed: LimitedGroup | undefined
  #discoveredAt: number | undefined

  /** `root` is the root of the file system; limits of `hostBytes` and more are none. */
  constructor(root: string, hostBytes: number) {
    this.#root = root
    this.#hostBytes = hostBytes
  }

  /**
   * The reading at `now` (milliseconds of a clock that does not jump), or `undefined` without a limit.
   *
   * @throws Error when the group that was followed cannot be read any more.
   */
  read(now: number): ContainerReading | undefined {
    const since = this.#discoveredAt
    if (since === undefined || now - since >= rediscoverAfter || now < since) {
      this.#discoveredAt = now
      this.#discover()
    }
    if (this.#followed === undefined) return undefined
    const reading = this.#readGroup(this.#followed)
    if (reading === undefined)
      throw new Error(`${this.#followed.path} has no memory limit any more`)
    return reading
  }

  /** Closes every file; a later `read` opens them again. */
  close(): void {
    for (const group of this.#groups) closeGroup(group)
    this.#groups = []
    this.#followed = undefined
    this.#discoveredAt = undefined
  }

  #discover(): void {
    for (const group of this.#groups) closeGroup(group)
    this.#groups = this.#openGroups()
    this.#followed = undefined
    let fullest = -1
    // From the group outwards: of two equally full the outer one counts more of what can kill it.
    for (const group of this.#groups) {
      const reading = attempt(() => this.#readGroup(group))
      const ratio = reading === undefined ? -1 : reading.usedBytes / reading.limitBytes
      if (reading !== undefined && ratio >= fullest) {
        fullest = ratio
        this.#followed = group
      }
    }
  }

  #openGroups(): readonly LimitedGroup[] {
    const membership = parseMembership(this.#text('/proc/self/cgroup'))
    if (membership === undefined) return []
    const { version } = membership
    const groups: LimitedGroup[] = []
    for (const [directory, path] of this.#directories(membership)) {
      const group = openGroup(version, directory, path)
      if (group !== undefined) groups.push(group)
    }
    return groups
  }

  #directories({
    version,
    path,
  }: CgroupMembership): readonly (readonly [directory: string, path: string])[] {
    const mount = parseMount(this.#text('/proc/self/mountinfo'), version)
    const { root, mountPoint } = mount ?? { root: '/', mountPoint: standardMount[version] }
    return ancestry(path, root).map((relative) => [
      join(this.#root, mountPoint, relative),
      `/${relative}`,
    ])
  }

  #readGroup({ version, path, limit, usage, stat }: LimitedGroup): ContainerReading | undefined {
    const limitBytes = limit.read().number()
    // `max`, and in v1 about 2^63, stand for no limit; so does more than there is.
    if (limitBytes === undefined || limitBytes < 1 || limitBytes >= this.#hostBytes)
      return undefined
    const current = usage.read().number()
    const inactive = stat.read().field(inactiveFile[version])
    if (current === undefined || inactive === undefined) return undefined
    const slab = version === 'v2' ? (stat.field(reclaimableSlab) ?? 0) : 0
    return { version, path, limitBytes, usedBytes: Math.max(0, current - inactive - slab) }
  }

  #text(path: string): string {
    return attempt(() => readFileSync(join(this.#root, path), 'utf8')) ?? ''
  }
}

/** Opens the three files of a group, or none of them. */
function openGroup(
  version: 'v1' | 'v2',
  directory: string,
  path: string,
): LimitedGroup | undefined {
  const names = fileNames[version]
  const opened: KeptFile[] = []
  const open = (name: string): KeptFile => {
    const file = new KeptFile(join(directory, name))
    opened.push(file)
    return file
  }
  const group = attempt(() => ({
    version,
    path,
    limit: open(names.limit),
    usage: open(names.usage),
    stat: open(names.stat),
  }))
  if (group === undefined) for (const file of opened) file.close()
  return group
}

function closeGroup({ limit, usage, stat }: LimitedGroup): void {
  for (const file of [limit, usage, stat]) attempt(() => file.close())
}

/** What `call` returns, or `undefined` when it throws: files of other machines are not to be trusted. */
function attempt<T>(call: () => T): T | undefined {
  try {
    return call()
  } catch {
    return undefined
  }
}
