import type { LiveHeap } from './live-heap.ts'
import { containerSignal, processSignal } from './machine-signals.ts'
import type { Signal, SignalName } from './signal.ts'
import type { ForcedCollection, MajorCollection } from './sources/collection.ts'
import type { ContainerReading } from './sources/container.ts'
import type { ProcessReading } from './sources/process.ts'
import type { MemorySources } from './sources/sources.ts'

const nothingRead: ProcessReading = { rssBytes: 0, externalBytes: 0, arrayBuffersBytes: 0 }

/**
 * Reads every source and keeps what each said last.
 *
 * A source that fails keeps its last signal as an estimate, so that the level cannot fall for want of a
 * reading. Nothing here throws.
 */
export class SignalReader {
  readonly #sources: MemorySources
  readonly #heap: LiveHeap
  readonly #signals = new Map<SignalName, Signal>()
  #process = nothingRead
  #container: ContainerReading | undefined
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

  /** Reads everything once. */
  read(now: number): void {
    const heap = this.#attempt('heap', () => {
      this.#heap.observe(measured(this.#sources.heap()), now)
      return this.#heap.signal()
    })
    const container = this.#attempt('container', () => {
      const reading = this.#sources.container(now)
      const signal = reading && containerSignal(reading)
      measured(signal?.upper ?? 0)
      this.#container = reading
      return signal
    })
    const process = this.#attempt('process', () => {
      const reading = this.#sources.process()
      const signal = processSignal(reading, this.#sources.hostBytes)
      measured(signal.upper)
      this.#process = reading
      // With a limit on the container the memory of the machine is not what ends the process.
      return this.#container === undefined ? signal : undefined
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
  if (Number.isFinite(value) && value >= 0) return value
  throw new RangeError('not a measurement')
}
