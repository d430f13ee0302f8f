import type { ForcedCollection, MajorCollection } from '../sources/collection.ts'
import type { ContainerReading } from '../sources/container-group.ts'
import type { ProcessReading } from '../sources/process.ts'
import type { MemorySources } from '../sources/sources.ts'
import { LiveTruth } from './live-truth.ts'
import type { ContainerTraceEvent, GcTraceEvent, Trace, TraceEvent } from './trace.ts'

/**
 * Milliseconds that a full collection takes for each live mebibyte: docs/design/memory-signal.md.
 */
const pausePerMebibyte = 0.8

/**
 * The sources of a process whose trace is played back.
 *
 * A collection that is forced during the replay never happened in the recorded run. From then
 * on the heap is what was recorded less what the collection would have freed, until the next
 * collection of the recording; that one would have come later, so garbage is over- rather
 * than underestimated.
 */
export class ReplaySources implements MemorySources {
  readonly hostBytes: number
  readonly #now: () => number
  readonly #truth: LiveTruth
  #onMajor: ((collection: MajorCollection) => void) | undefined
  #used = 0
  /** Bytes of garbage that the forced collections since the last recorded one have freed. */
  #freed = 0
  #collectedAt = 0
  #process: ProcessReading = { rssBytes: 0, externalBytes: 0, arrayBuffersBytes: 0 }
  #container: ContainerReading | undefined
  #young: number | undefined
  #forced = 0

  /** `now` tells the time of the replay, in milliseconds from the start of the trace. */
  constructor(trace: Trace, now: () => number) {
    this.hostBytes = trace.header.hostBytes
    this.#now = now
    this.#truth = new LiveTruth(trace)
  }

  /** How many collections were forced during the replay. */
  get forced(): number {
    return this.#forced
  }

  /** Takes in what comes next in the trace. */
  play(event: TraceEvent): void {
    if (event.type === 'heap') this.#used = event.used
    else if (event.type === 'gc') this.#major(event)
    else if (event.type === 'container') this.#container = containerReading(event)
    else if (event.type === 'process') {
      const { rss, external, arrayBuffers } = event
      this.#process = { rssBytes: rss, externalBytes: external, arrayBuffersBytes: arrayBuffers }
    }
  }

  heap(): number {
    const least = Math.min(this.#used, this.#live())
    return Math.max(least, this.#used - this.#freed)
  }

  process(): ProcessReading {
    return this.#process
  }

  container(): ContainerReading | undefined {
    return this.#container
  }

  start(onMajor: (collection: MajorCollection) => void): void {
    this.#onMajor = onMajor
  }

  collect(): ForcedCollection {
    const usedBefore = this.heap()
    const usedAfter = Math.min(usedBefore, this.#live())
    this.#freed = this.#used - usedAfter
    this.#forced++
    const quiet = Math.max(0, this.#now() - this.#collectedAt)
    this.#collectedAt = this.#now()
    const busy = (usedAfter / 2 ** 20) * pausePerMebibyte
    return { usedBefore, usedAfter, quiet, busy, ...this.#youngBytes() }
  }

  close(): void {
    this.#onMajor = undefined
  }

  #live(): number {
    return Math.round(this.#truth.at(this.#now()) ?? this.#used)
  }

  #youngBytes(): { readonly youngBytes?: number } {
    return this.#young === undefined ? {} : { youngBytes: this.#young }
  }

  #major({ t, lateness, quiet, busy, usedAfter, young }: GcTraceEvent): void {
    this.#young = young
    this.#used = usedAfter
    this.#freed = 0
    const begun = t - lateness - busy
    // A forced collection since the recorded one before would have ended the quiet time.
    const left = Math.min(quiet, Math.max(0, begun - this.#collectedAt))
    this.#collectedAt = t - lateness
    this.#onMajor?.({ lateness, quiet: left, busy, ...this.#youngBytes() })
  }
}

function containerReading({ used, limit, high }: ContainerTraceEvent): ContainerReading {
  const slowedAt = high === undefined ? {} : { highBytes: high }
  return { version: 'v2', path: '/', usedBytes: used, limitBytes: limit, ...slowedAt }
}
