import { join } from 'node:path'
import { KeptFile } from './kept-file.ts'
import { StallMeter, type StallReading } from './psi.ts'

/** Memory of the machine, in bytes. */
export interface HostReading {
  readonly totalBytes: number
  /** What could still be had without swapping, file cache that can be dropped included. */
  readonly availableBytes: number
}

const total = Buffer.from('\nMemTotal:')
const available = Buffer.from('\nMemAvailable:')
/** `/proc/meminfo` says kB and means this: proc_meminfo(5). */
const unit = 1024

/**
 * How long a reading stands, in milliseconds: it costs as much as all else in a
 * measurement without it.
 */
const readAfter = 1_000

/** How long it takes until missing files are looked for again, in milliseconds. */
const retryAfter = 30_000

/**
 * Reads the memory of the machine, and how long its tasks wait for memory; nothing
 * where it is not Linux.
 */
export class HostSource {
  readonly #root: string
  #openedAt: number | undefined
  #memory: KeptFile | undefined
  #readAt: number | undefined
  #last: HostReading | undefined
  #stalls: StallMeter | undefined

  /** `root` is the root of the file system. */
  constructor(root: string) {
    this.#root = root
  }

  /**
   * The memory at `now` (milliseconds) or up to a second before, or `undefined` where
   * it cannot be told.
   */
  read(now: number): HostReading | undefined {
    const since = this.#readAt
    if (since !== undefined && now >= since && now - since < readAfter) return this.#last
    this.#open(now)
    this.#readAt = now
    this.#last = this.#reading()
    return this.#last
  }

  /**
   * How long tasks of this machine waited for memory, or `undefined` where the
   * kernel does not tell.
   */
  stalls(now: number): StallReading | undefined {
    this.#open(now)
    return this.#stalls?.read(now)
  }

  /** Closes every file; a later reading opens them again. */
  close(): void {
    this.#memory?.close()
    this.#stalls?.close()
    this.#memory = undefined
    this.#stalls = undefined
    this.#openedAt = undefined
    this.#readAt = undefined
    this.#last = undefined
  }

  #reading(): HostReading | undefined {
    try {
      const file = this.#memory?.read()
      const totalKib = file?.field(total)
      const availableKib = file?.field(available)
      if (totalKib === undefined || availableKib === undefined || totalKib < 1) return undefined
      const totalBytes = totalKib * unit
      return { totalBytes, availableBytes: Math.min(totalBytes, availableKib * unit) }
    } catch {
      return undefined
    }
  }

  #open(now: number): void {
    const since = this.#openedAt
    const complete = this.#memory !== undefined && this.#stalls !== undefined
    if (since !== undefined && (complete || (now >= since && now - since < retryAfter))) return
    this.#openedAt = now
    this.#memory ??= KeptFile.tryOpen(join(this.#root, '/proc/meminfo'))
    if (this.#stalls !== undefined) return
    const pressure = KeptFile.tryOpen(join(this.#root, '/proc/pressure/memory'))
    this.#stalls = pressure && new StallMeter(pressure, 'host')
  }
}
