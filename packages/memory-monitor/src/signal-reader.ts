import type { LiveHeap } from './live-heap.ts'
import { containerSignal, processSignal } from './machine-signals.ts'
import type { Signal, SignalName } from './signal.ts'
import type { ForcedCollection, MajorCollection } from './sources/collection.ts'
import type { ContainerReading } from './sources/container-group.ts'
import type { HostReading } from './sources/host.ts'
import type { ProcessReading } from './sources/process.ts'
import type { StallReading } from './sources/psi.ts'
import type { MemorySources } from './sources/sources.ts'

const nothingRead: ProcessReading = { rssBytes: 0, externalBytes: 0, arrayBuffersBytes: 0 }

/**
 * An event loop that is busy for less than this share of the time is idle; a lone timer takes
 * about a hundredth.
 */
const idleShare = 0.1

/**
 * Up to this share of its bound nothing that is read once in so many milliseconds
 * could change a level.
 */
const tightShare = 0.4
const restingEvidence = 10_000

/**
 * Reads every source and keeps what each said last.
 *
 * A source that fails keeps its last signal as an estimate, so that the level cannot fall for want
 * of a reading. Nothing here throws.
 */
export class SignalReader {
  readonly #sources: MemorySources
  readonly #heap: LiveHeap
  readonly #signals = new Map<SignalName, Signal>()
  #process = nothingRead
  #container: ContainerReading | undefined
  #host: HostReading | undefined
  #stalls: StallReading | undefined
  #evidenceAt = Number.NEGATIVE_INFINITY
  #blind = true
  #failures = 0

  constructor(sources: MemorySources, heap: LiveHeap) {
    this.#sources = sources
    this.#heap = heap
  }

  get process(): ProcessReading {
    return this.#process
  }

  get container(): ContainerReading | undefined {
    return this.#container
  }

  /** The memory of the machine, where no container has a limit and it can be told. */
  get host(): HostReading | undefined {
    return this.#host
  }

  /** How long tasks waited for memory, of the container or the machine, where that is told. */
  get stalls(): StallReading | undefined {
    return this.#stalls
  }

  /** Whether the last `read` could read nothing at all. */
  get blind(): boolean {
    return this.#blind
  }

  /** Readings and collections in which something failed. */
  get failures(): number {
    return this.#failures
  }

  get signals(): readonly Signal[] {
    return [...this.#signals.values()]
  }

  signal(name: SignalName): Signal | undefined {
    return this.#signals.get(name)
  }

  /**
   * Whether the program has had hardly anything to do since the last call; false where
   * that cannot be told.
   */
  isIdle(): boolean {
    const share = quietly(() => this.#sources.busyShare?.())
    return share !== undefined && share < idleShare
  }

  /** Reads everything once. */
  read(now: number): void {
    const heap = this.#attempt('heap', () => {
      this.#heap.observe(measured(this.#sources.heap()), now)
      return this.#heap.signal()
    })
    // Before the container: what fills it is told by what the process holds.
    const held = quietly(() => this.#sources.process())
    const told = held !== undefined && Object.values(held).every(isMeasured)
    if (told) this.#process = held
    const container = this.#attempt('container', () => this.#readContainer(now))
    const process = this.#attempt('process', () => {
      if (!told) throw new RangeError('not a measurement')
      return this.#readMachine()
    })
    if (!(heap && container && process)) this.#failures++
    this.#blind = !(heap || process || (container && this.#container !== undefined))
  }

  /** Takes in a major collection that V8 ran by itself. */
  observeMajor(collection: MajorCollection, now: number): void {
    const heard = this.#attempt('heap', () => {
      this.#heap.observeMajor(measured(this.#sources.heap()), collection, now)
      return this.#heap.signal()
    })
    if (!heard) this.#failures++
  }

  /** Forces a collection; `undefined` where that cannot be done or told. */
  collect(): ForcedCollection | undefined {
    try {
      const collection = this.#sources.collect()
      if (collection !== undefined) Object.values(collection).forEach(measured)
      return collection
    } catch {
      this.#failures++
      return undefined
    }
  }

  /** Takes in a forced collection. */
  observeForced(collection: ForcedCollection, now: number): void {
    this.#heap.observeForced(collection, now)
    this.#signals.set('heap', this.#heap.signal())
  }

  #readContainer(now: number): Signal | undefined {
    const reading = this.#sources.container(now)
    this.#readEvidence(reading, now)
    const contents = { process: this.#process, heapBytes: this.#heap.usedBytes }
    const signal = reading && containerSignal(reading, { stalls: this.#stalls, contents })
    measured(signal?.upper ?? 0)
    this.#container = reading
    return signal
  }

  #readMachine(): Signal | undefined {
    if (this.#isLimited(this.#container)) return undefined
    const { hostBytes, constrainedBytes } = this.#sources
    const evidence = { host: this.#host, stalls: this.#stalls, constrainedBytes }
    const signal = processSignal(this.#process, hostBytes, evidence)
    measured(signal.upper)
    return signal
  }

  /** With a limit on the container the memory of the machine is not what ends the process. */
  #isLimited(container: ContainerReading | undefined): boolean {
    return container !== undefined && container.limitBytes < this.#sources.hostBytes
  }

  /** What bears other readings out is read now and then while those are far from any threshold. */
  #readEvidence(container: ContainerReading | undefined, now: number): void {
    const { hostBytes } = this.#sources
    const limited = this.#isLimited(container)
    const share =
      container !== undefined && limited
        ? container.usedBytes / (container.highBytes ?? container.limitBytes)
        : this.#process.rssBytes / Math.min(hostBytes, this.#host?.availableBytes ?? hostBytes)
    const passed = now - this.#evidenceAt
    if (share < tightShare && passed >= 0 && passed < restingEvidence) return
    this.#evidenceAt = now
    this.#stalls = quietly(() => this.#sources.stalls?.(now))
    this.#host = limited ? undefined : quietly(() => this.#sources.host?.(now))
  }

  /** Takes a signal from what may throw; then the last one stays, as an estimate. */
  #attempt(name: SignalName, read: () => Signal | undefined): boolean {
    try {
      const signal = read()
      if (signal === undefined) this.#signals.delete(name)
      else this.#signals.set(name, signal)
      return true
    } catch {
      const last = this.#signals.get(name)
      if (last !== undefined) this.#signals.set(name, { ...last, confidence: 'estimated' })
      return false
    }
  }
}

/** @throws RangeError for what cannot be a share, or a number of bytes or milliseconds. */
function measured(value: number): number {
  if (isMeasured(value)) return value
  throw new RangeError('not a measurement')
}

function isMeasured(value: number): boolean {
  return Number.isFinite(value) && value >= 0
}

/** What `read` returns, or `undefined` when it throws. */
function quietly<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
