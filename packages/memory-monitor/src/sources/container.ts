import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ancestry, parseMembership, parseMount } from './cgroup.ts'
import { ContainerGroup, type ContainerReading, type GroupPlace } from './container-group.ts'
import { GroupWatch } from './group-watch.ts'
import { readText } from './kept-file.ts'
import type { StallReading } from './psi.ts'

const standardMount = { v1: '/sys/fs/cgroup/memory', v2: '/sys/fs/cgroup' } as const

/**
 * How long a look at all groups holds, in milliseconds: limits are set, processes are moved.
 *
 * It costs ten times a reading, and once in two minutes it is less than one
 * measurement in a hundred.
 */
const lookUpAfter = 120_000
/** The same while a group cannot be read. */
const retryAfter = 2_000
/** Looks in vain, five minutes of them, after which a limit that cannot be read counts as none. */
const mostRetries = 150

/** The most bytes that are read of a table in `/proc`; the path of a group has 4096 at the most. */
const membershipLimit = 2 ** 16
const mountsLimit = 2 ** 20
/** Groups beyond so many ancestors are not looked at. */
const mostGroups = 32

/** The groups this process is in. */
interface Places {
  readonly membership: string
  /** Its own first. */
  readonly groups: readonly GroupPlace[]
}

/**
 * Reads what the container of this process uses of its memory limit.
 *
 * The process dies when any of its groups is full, so all that have a limit are read, and the one
 * nearest to it is told, usage and limit as a pair. A machine without control groups or limits has
 * no reading. A limit that was there once is there until the kernel says otherwise: a group that
 * cannot be read any more is a failure, and not a group without a limit.
 */
export class ContainerSource {
  readonly #root: string
  readonly #hostBytes: number
  #groups: readonly ContainerGroup[] = []
  #followed: ContainerGroup | undefined
  #watch: GroupWatch | undefined
  #lookedUpAt: number | undefined
  #failing = false
  #retries = 0
  /** The paths of the groups that had a limit, all of the same membership. */
  #limited: ReadonlySet<string> = new Set()
  #membership = ''

  /** `root` is the root of the file system; limits of `hostBytes` and more are none. */
  constructor(root: string, hostBytes: number) {
    this.#root = root
    this.#hostBytes = hostBytes
  }

  /**
   * Calls `onEvent` when the kernel announces that a group came to its limit; `now`
   * is in milliseconds.
   */
  watch(onEvent: () => void, now: () => number): void {
    this.#watch?.close()
    this.#watch = new GroupWatch(onEvent, now)
    this.#watchGroups()
  }

  /**
   * The reading at `now` (milliseconds of a clock that does not jump), or
   * `undefined` without a limit.
   *
   * @throws Error when a group that had a limit cannot be read any more.
   */
  read(now: number): ContainerReading | undefined {
    if (this.#lookUpDue(now)) this.#lookUp(now)
    const lost = this.#lost()
    const reading = lost === undefined ? this.#nearest() : lost
    if (typeof reading !== 'string') return reading
    this.#failing = true
    throw new Error(`the memory limit of the control group ${reading} cannot be read any more`)
  }

  /**
   * How long the tasks of the group of the last reading waited for memory, where the kernel tells.
   */
  stalls(now: number): StallReading | undefined {
    return this.#followed?.stalls(now)
  }

  /** Closes every file and watch; a later `read` opens the files again. */
  close(): void {
    this.#watch?.close()
    this.#watch = undefined
    this.#closeGroups()
    this.#lookedUpAt = undefined
  }

  #lookUpDue(now: number): boolean {
    const since = this.#lookedUpAt
    if (since === undefined || now < since) return true
    return now - since >= (this.#failing ? retryAfter : lookUpAfter)
  }

  #lookUp(now: number): void {
    this.#lookedUpAt = now
    const places = this.#places()
    if (places !== undefined && this.#isElsewhere(places)) {
      this.#membership = places.membership
      this.#limited = new Set()
    }
    const limited: ContainerGroup[] = []
    const lost = new Set(this.#limited)
    const opened = places?.groups.map((place) => ContainerGroup.open(place, this.#before(place)))
    this.#closeGroups()
    for (const group of opened ?? []) {
      if (group === undefined) continue
      const reading = group.read(this.#hostBytes)
      if (reading !== undefined) lost.delete(group.path)
      if (typeof reading === 'object') limited.push(group)
      else group.close()
    }
    this.#groups = limited
    this.#watchGroups()
    this.#retries = lost.size > 0 ? this.#retries + 1 : 0
    const forgotten = this.#retries > mostRetries
    this.#failing = lost.size > 0 && !forgotten
    this.#limited = new Set([...limited.map(({ path }) => path), ...(forgotten ? [] : lost)])
  }

  /** Whether the process has left its group, so that what that had does not count any more. */
  #isElsewhere({ membership, groups: [own] }: Places): boolean {
    if (membership === this.#membership) return false
    // A name that leads nowhere is no proof, except of a group outside what can be
    // seen from the start.
    return this.#limited.size === 0 || (own !== undefined && existsSync(own.directory))
  }

  /** The first group that had a limit and cannot be read, if any. */
  #lost(): string | undefined {
    if (!this.#failing) return undefined
    const read = new Set(this.#groups.map(({ path }) => path))
    for (const path of this.#limited) if (!read.has(path)) return path
    return undefined
  }

  /** The reading nearest to its limit, or the path of a group that cannot be read. */
  #nearest(): ContainerReading | string | undefined {
    let nearest: ContainerReading | undefined
    let followed: ContainerGroup | undefined
    let fullest = 0
    // From the group outwards: of two equally full the outer one counts more of what can kill it.
    for (const group of this.#groups) {
      const reading = group.read(this.#hostBytes, fullest)
      if (reading === 'below') continue
      if (typeof reading !== 'object') return group.path
      const fullness = reading.usedBytes / reading.limitBytes
      if (fullness < fullest) continue
      fullest = fullness
      nearest = reading
      followed = group
    }
    this.#failing = false
    this.#followed = followed
    return nearest && { ...nearest, ...followed?.events() }
  }

  #watchGroups(): void {
    const paths = this.#groups.map(({ eventsFile }) => eventsFile)
    this.#watch?.follow(new Set(paths.filter((path) => path !== undefined)))
  }

  #closeGroups(): void {
    for (const group of this.#groups) group.close()
    this.#groups = []
    this.#followed = undefined
  }

  #places(): Places | undefined {
    const found = parseMembership(this.#text('/proc/self/cgroup', membershipLimit))
    if (found === undefined) return undefined
    const { version, path } = found
    const mounts = this.#text('/proc/self/mountinfo', mountsLimit)
    const mount = parseMount(mounts, version, path)
    const { root, mountPoint } = mount ?? { root: '/', mountPoint: standardMount[version] }
    const groups = ancestry(path, root)
      .slice(0, mostGroups)
      .map((relative) => ({
        version,
        directory: join(this.#root, mountPoint, relative),
        path: `/${relative}`,
      }))
    return { membership: `${version} ${path}`, groups }
  }

  #before({ version, path }: GroupPlace): ContainerGroup | undefined {
    return this.#groups.find((group) => group.path === path && group.version === version)
  }

  #text(path: string, limit: number): string {
    return readText(join(this.#root, path), limit) ?? ''
  }
}
