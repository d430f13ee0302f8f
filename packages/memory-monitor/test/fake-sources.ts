import type { MajorCollection } from '../src/sources/collection.ts'
import type { ContainerReading } from '../src/sources/container-group.ts'
import type { HostReading } from '../src/sources/host.ts'
import type { StallReading } from '../src/sources/psi.ts'
import type { MemorySources } from '../src/sources/sources.ts'

/** A heap of 100 bytes, a machine of 1000 and no container, all at the command of a test. */
export class FakeSources implements MemorySources {
  readonly hostBytes = 1_000
  live = 10
  garbage = 0
  rss = 0
  external = 0
  arrayBuffers = 0
  limited: ContainerReading | undefined
  /** What of the machine is available, where that can be told. */
  available: number | undefined
  stalled: StallReading | undefined
  /** What each forced collection takes, in milliseconds. */
  pause = 10
  /** Sources that throw when read. */
  readonly failing = new Set<'heap' | 'process' | 'container' | 'collect'>()
  canCollect = true
  busyShare?: () => number
  collections = 0
  opened = 0
  #onMajor: ((collection: MajorCollection) => void) | undefined
  #onEvent: (() => void) | undefined

  get started(): boolean {
    return this.#onMajor !== undefined
  }

  heap(): number {
    this.#fail('heap')
    this.opened++
    return this.live + this.garbage
  }

  process(): { rssBytes: number; externalBytes: number; arrayBuffersBytes: number } {
    this.#fail('process')
    const { rss, external, arrayBuffers } = this
    return { rssBytes: rss, externalBytes: external, arrayBuffersBytes: arrayBuffers }
  }

  container(): ContainerReading | undefined {
    this.#fail('container')
    return this.limited
  }

  host(): HostReading | undefined {
    const { available, hostBytes } = this
    return available === undefined
      ? undefined
      : { totalBytes: hostBytes, availableBytes: available }
  }

  stalls(): StallReading | undefined {
    return this.stalled
  }

  start(onMajor: (collection: MajorCollection) => void, onEvent?: () => void): void {
    this.#onMajor = onMajor
    this.#onEvent = onEvent
  }

  collect(): { usedBefore: number; usedAfter: number; quiet: number; busy: number } | undefined {
    this.#fail('collect')
    if (!this.canCollect) return undefined
    const usedBefore = this.live + this.garbage
    this.garbage = 0
    this.collections++
    return { usedBefore, usedAfter: this.live, quiet: 1_000, busy: this.pause }
  }

  close(): void {
    this.#onMajor = undefined
    this.#onEvent = undefined
    this.opened = 0
  }

  /** V8 collects by itself. */
  major(times: Partial<MajorCollection> = {}): void {
    this.garbage = 0
    this.#onMajor?.({ lateness: 0, quiet: 1_000, busy: 10, ...times })
  }

  /** The kernel announces that the container came to its limit. */
  event(): void {
    this.#onEvent?.()
  }

  /** Puts `usedBytes` of a limit of 100 into the container. */
  contain(usedBytes: number, more: Partial<ContainerReading> = {}): void {
    this.limited = { version: 'v2', path: '/', usedBytes, limitBytes: 100, ...more }
  }

  #fail(name: 'heap' | 'process' | 'container' | 'collect'): void {
    if (this.failing.has(name)) throw new Error(`${name} failed`)
  }
}
