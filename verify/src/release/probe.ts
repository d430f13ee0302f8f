import { monitorEventLoopDelay, PerformanceObserver, performance } from 'node:perf_hooks'
import { coreWaits } from './core-waits.ts'
import type { Gap, Pause } from './turns.ts'

const readsAtOnce = 32
const emptyReads = 2_000

/** What a probe saw from one mark to the next. */
export interface Seen {
  readonly gaps: readonly Gap[]
  readonly pauses: readonly Pause[]
  /** Microseconds of each read that found something, and of all. */
  readonly hits: readonly number[]
  readonly reads: readonly number[]
  /** The longest delay by `monitorEventLoopDelay`, in milliseconds, the millisecond between two of its looks included. */
  readonly delay: number
}

/**
 * Sees the event loop as a request would: it asks for a turn, does a few reads in it, each timed alone, and asks for the
 * next.
 */
export class Probe {
  readonly #read: (at: number) => unknown
  readonly #waits = coreWaits()
  readonly #delays = monitorEventLoopDelay({ resolution: 1 })
  readonly #collections: PerformanceObserver
  #pauses: Pause[] = []
  #gaps: Gap[] = []
  #hits: number[] = []
  #reads: number[] = []
  /** What two looks at the clock take by themselves. */
  readonly #clockCost = clockCost()
  #at = 0
  #left = 0
  #waited = 0
  #running = true

  /** `read` reads the key with a number, which counts up. */
  constructor(read: (at: number) => unknown) {
    this.#read = read
    this.#collections = new PerformanceObserver((list) => this.#note(list.getEntries()))
    this.#collections.observe({ entryTypes: ['gc'] })
    this.#delays.enable()
    this.#leave()
    setImmediate(this.#turn)
  }

  /** Whether what the thread waited for a core can be told apart. */
  get knowsWaits(): boolean {
    return this.#waits !== undefined
  }

  /** What was seen since the last call; resolves when the collections until now have been told. */
  async seen(): Promise<Seen> {
    // Who calls has the loop now: that turn is not over before the next of the probe.
    await turns(2)
    const [gaps, hits, reads] = [this.#gaps, this.#hits, this.#reads]
    this.#gaps = []
    this.#hits = []
    this.#reads = []
    const delay = this.#delays.max / 1e6
    this.#delays.reset()
    await turns(5)
    this.#note(this.#collections.takeRecords())
    const pauses = this.#pauses
    this.#pauses = []
    return { gaps, pauses, hits, reads, delay }
  }

  /** Drops what was seen since. */
  async forget(): Promise<void> {
    await this.seen()
  }

  stop(): void {
    this.#running = false
    this.#collections.disconnect()
    this.#delays.disable()
    this.#waits?.close()
  }

  readonly #turn = (): void => {
    if (!this.#running) return
    const now = performance.now()
    const waited = (this.#waits?.read() ?? 0) - this.#waited
    this.#gaps.push({ start: this.#left, end: now, waited })
    for (let read = 0; read < readsAtOnce; read++) {
      const at = this.#at++
      const start = performance.now()
      const value = this.#read(at)
      const took = 1_000 * Math.max(0, performance.now() - start - this.#clockCost)
      this.#reads.push(took)
      if (value !== undefined) this.#hits.push(took)
    }
    this.#leave()
    setImmediate(this.#turn)
  }

  #leave(): void {
    this.#waited = this.#waits?.read() ?? 0
    this.#left = performance.now()
  }

  #note(entries: readonly { readonly startTime: number; readonly duration: number }[]): void {
    for (const { startTime, duration } of entries) this.#pauses.push({ start: startTime, duration })
  }
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve))
}

function clockCost(): number {
  const costs: number[] = []
  for (let read = 0; read < emptyReads; read++) {
    const start = performance.now()
    costs.push(performance.now() - start)
  }
  return costs.toSorted((a, b) => a - b)[emptyReads >> 1] ?? 0
}
