import { join } from 'node:path'
import { KeptFile } from './kept-file.ts'
import { StallMeter, type StallReading } from './psi.ts'

/** How often the kernel had to act at the limits of a group, since the group was made. */
export interface ContainerEvents {
  /**
   * The group came to its limit, and memory had to be reclaimed before it could go on.
   * All that v1 tells.
   */
  readonly max: number
  /** The group was over `memory.high`, and was slowed down. */
  readonly high?: number
  /** Reclaiming at the limit failed. */
  readonly oom?: number
  /** A process of the group was killed for it. */
  readonly oomKill?: number
}

/** What a control group uses of the limit at which the kernel kills it; both of the same group. */
export interface ContainerReading {
  readonly version: 'v1' | 'v2'
  /**
   * Bytes that the kernel could not take back without killing: page cache and reclaimable
   * slab are left out.
   */
  readonly usedBytes: number
  /**
   * Where the kernel kills: the limit of the group, or the memory of the machine where only
   * `highBytes` is set.
   */
  readonly limitBytes: number
  /**
   * Where the kernel begins to slow the group down rather than kill it, if that is
   * less: `memory.high`.
   */
  readonly highBytes?: number
  /** The group, relative to where its hierarchy is mounted: `/` is the mount itself. */
  readonly path: string
  /** Absent where the kernel does not count them. */
  readonly events?: ContainerEvents
  /** How many of those of `max` and `high` came since the reading before; 0 at the first. */
  readonly recentEvents?: number
}

const fileNames = {
  v1: { limit: 'memory.limit_in_bytes', usage: 'memory.usage_in_bytes', events: 'memory.failcnt' },
  v2: { limit: 'memory.max', usage: 'memory.current', events: 'memory.events' },
} as const

/** v1 counts descendants only in the `total_` fields, and does not tell reclaimable slab. */
const inactiveFile = {
  v1: Buffer.from('\ntotal_inactive_file '),
  v2: Buffer.from('\ninactive_file '),
} as const
const reclaimableSlab = Buffer.from('\nslab_reclaimable ')
const eventFields = {
  max: Buffer.from('\nmax '),
  high: Buffer.from('\nhigh '),
  oom: Buffer.from('\noom '),
  oomKill: Buffer.from('\noom_kill '),
} as const
const noLimit = Buffer.from('max')

/** Where a group is found. */
export interface GroupPlace {
  readonly version: 'v1' | 'v2'
  readonly directory: string
  /** Relative to where its hierarchy is mounted. */
  readonly path: string
}

/** The files that are always there. */
interface RequiredFiles {
  readonly limit: KeptFile
  readonly usage: KeptFile
  readonly stat: KeptFile
}

/** One control group, with its files open. */
export class ContainerGroup {
  readonly version: 'v1' | 'v2'
  readonly path: string
  /** The file the kernel announces changes of, where it does. */
  readonly eventsFile: string | undefined
  readonly #files: RequiredFiles
  readonly #high: KeptFile | undefined
  readonly #events: KeptFile | undefined
  readonly #stalls: StallMeter | undefined
  #counted: number | undefined

  private constructor(
    { version, directory, path }: GroupPlace,
    files: RequiredFiles,
    previous: ContainerGroup | undefined,
  ) {
    this.version = version
    this.path = path
    this.#files = files
    if (previous !== undefined) this.#counted = previous.#counted
    const unified = version === 'v2'
    const eventsFile = join(directory, fileNames[version].events)
    this.#events = KeptFile.tryOpen(eventsFile)
    this.eventsFile = unified && this.#events !== undefined ? eventsFile : undefined
    this.#high = unified ? KeptFile.tryOpen(join(directory, 'memory.high')) : undefined
    const pressure = unified ? KeptFile.tryOpen(join(directory, 'memory.pressure')) : undefined
    const before = previous === undefined ? undefined : previous.#stalls
    this.#stalls = pressure && new StallMeter(pressure, 'container', before)
  }

  /**
   * Opens a group, or returns `undefined` when one of the files it cannot do without is missing.
   *
   * It goes on counting where `previous` was, the same group opened before.
   */
  static open(place: GroupPlace, previous?: ContainerGroup): ContainerGroup | undefined {
    const open = (name: string): KeptFile | undefined =>
      KeptFile.tryOpen(join(place.directory, name))
    const names = fileNames[place.version]
    const [limit, usage, stat] = [open(names.limit), open(names.usage), open('memory.stat')]
    if (limit !== undefined && usage !== undefined && stat !== undefined)
      return new ContainerGroup(place, { limit, usage, stat }, previous)
    for (const file of [limit, usage, stat]) file?.close()
    return undefined
  }

  /**
   * What the group uses of its limit, `'unlimited'` when it has none, or `undefined`
   * when it does not tell.
   *
   * Limits of `hostBytes` and more are none: in v1 about 2^63 stands for that. A group that
   * cannot be fuller than `least`, page cache and all, is `'below'`: that spares the one file
   * that is dear to read.
   */
  read(hostBytes: number, least = 0): ContainerReading | 'unlimited' | 'below' | undefined {
    try {
      const limitBytes = boundOf(this.#files.limit, hostBytes)
      if (limitBytes === undefined) return undefined
      const highBytes = this.#highBytes(limitBytes)
      if (limitBytes === hostBytes && highBytes === undefined) return 'unlimited'
      const current = this.#files.usage.read().number()
      if (current === undefined) return undefined
      if (current / limitBytes < least) return 'below'
      const reclaimable = this.#reclaimableBytes()
      if (reclaimable === undefined) return undefined
      const { version, path } = this
      // Kernels were seen to report more than the machine has.
      const usedBytes = Math.min(hostBytes, Math.max(0, current - reclaimable))
      return {
        version,
        path,
        usedBytes,
        limitBytes,
        ...(highBytes !== undefined && { highBytes }),
      }
    } catch {
      return undefined
    }
  }

  /** What the kernel counted, and how much of that is new since the last call. */
  events(): Pick<ContainerReading, 'events' | 'recentEvents'> {
    const events = this.#readEvents()
    if (events === undefined) return {}
    const counted = events.max + (events.high ?? 0)
    const recentEvents = Math.max(0, counted - (this.#counted ?? counted))
    this.#counted = counted
    return { events, recentEvents }
  }

  /** How long its tasks waited for memory, where the kernel tells. */
  stalls(now: number): StallReading | undefined {
    return this.#stalls?.read(now)
  }

  close(): void {
    const { limit, usage, stat } = this.#files
    for (const file of [limit, usage, stat, this.#high, this.#events, this.#stalls]) file?.close()
  }

  #reclaimableBytes(): number | undefined {
    const stat = this.#files.stat.read()
    const inactive = stat.field(inactiveFile[this.version])
    if (inactive === undefined || this.version === 'v1') return inactive
    return inactive + (stat.field(reclaimableSlab) ?? 0)
  }

  #highBytes(limitBytes: number): number | undefined {
    try {
      const high = this.#high && boundOf(this.#high, limitBytes)
      return high === limitBytes ? undefined : high
    } catch {
      return undefined
    }
  }

  #readEvents(): ContainerEvents | undefined {
    try {
      const file = this.#events?.read()
      if (file === undefined) return undefined
      const max = this.version === 'v1' ? file.number() : file.field(eventFields.max)
      if (max === undefined || this.version === 'v1') return max === undefined ? undefined : { max }
      const { high, oom, oomKill } = eventFields
      return {
        max,
        high: file.field(high) ?? 0,
        oom: file.field(oom) ?? 0,
        oomKill: file.field(oomKill) ?? 0,
      }
    } catch {
      return undefined
    }
  }
}

/**
 * The bound in a file, `most` when there is none below that, or `undefined` for
 * anything but a bound.
 */
function boundOf(file: KeptFile, most: number): number | undefined {
  const bound = file.read().number()
  if (bound === undefined) return file.is(noLimit) ? most : undefined
  return bound < 1 ? most : Math.min(bound, most)
}
