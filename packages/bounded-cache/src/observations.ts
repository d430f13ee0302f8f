import type { Clock, ConsumerUsage, ReleaseReport } from '@cultus/core'
import type { Bounds } from './bounds.ts'
import {
  type CacheRecommendation,
  type RecommendOptions,
  reachFor,
  recommend,
} from './observed/advice.ts'
import { type CacheChannels, cacheChannels } from './observed/channel.ts'
import { RequestSample } from './observed/request-sample.ts'
import { CounterWindows } from './observed/windows.ts'
import { hitDensity, RebuildCost, regret } from './observed/worth.ts'
import type { Counters, ObservedStats } from './stats.ts'

/** Requests of the sample from which on its curve is good to about a point: √(¼ ÷ 2,500). */
const leastRequests = 2_500

/** One in 64. */
const passMask = 63

/** What is observed. */
export interface Observed {
  readonly name: string
  readonly clock: Clock
  readonly bounds: Bounds
  readonly counters: Counters
  /** Whether requests are sampled. */
  readonly observe: boolean
}

/** What a cache knows of itself beyond what it counts. */
export class Observations<K> {
  readonly channels: CacheChannels = cacheChannels()
  readonly sample: RequestSample | undefined
  readonly #of: Observed
  readonly #windows: CounterWindows
  readonly #rebuild = new RebuildCost()
  #passed = 0

  constructor(observed: Observed) {
    const { clock, counters, bounds, observe } = observed
    this.#of = observed
    this.#windows = new CounterWindows(clock.now())
    if (observe)
      this.sample = new RequestSample(
        reachFor(boundOf(bounds)),
        () => counters.hits + counters.additions,
      )
  }

  /** Somebody passes by: what was counted so far belongs to the time until now. */
  pass(): void {
    this.#windows.pass(this.#of.clock.now(), this.#of.counters)
  }

  /** {@link Observations.pass}, but not so often: reading a clock takes as long as keeping a value. */
  passSometimes(): void {
    if ((++this.#passed & passMask) === 0) this.pass()
  }

  /** A loader came to an end. */
  loaded(key: K, outcome: 'loaded' | 'failed', duration: number): void {
    const { load } = this.channels
    if (load.hasSubscribers) load.publish({ cache: this.#of.name, key, outcome, duration })
  }

  /** What a load has brought is charged with so many bytes, or was not kept where that is 0. */
  kept(charge: number, duration: number): void {
    if (charge > 0) this.#rebuild.loaded(duration, charge)
  }

  released(report: ReleaseReport, duration: number): void {
    const { release } = this.channels
    if (release.hasSubscribers) release.publish({ cache: this.#of.name, ...report, duration })
  }

  /** The bounds were changed. */
  resized(): void {
    this.sample?.distances.reachTo(reachFor(boundOf(this.#of.bounds)))
  }

  stats(): ObservedStats {
    const { clock, counters } = this.#of
    const now = clock.now()
    return {
      lastMinute: this.#windows.lastMinute(now, counters),
      lastHour: this.#windows.lastHour(now, counters),
      hotSet: this.sample?.hotSet.stats() ?? { hitRatio: 0, requests: 0, share: 0 },
      regret: this.#regret(),
    }
  }

  /** What a byte is worth, of so many. */
  worth(bytes: number): Pick<ConsumerUsage, 'hitDensity' | 'rebuildCost'> {
    const { clock, counters } = this.#of
    const { hits, seconds } = this.#windows.lastMinute(clock.now(), counters)
    const rebuildCost = this.#rebuild.perByte
    return {
      hitDensity: hitDensity(hits, bytes, seconds),
      ...(rebuildCost !== undefined && { rebuildCost }),
    }
  }

  recommend(size: number, bytes: number, options?: RecommendOptions): CacheRecommendation {
    const { bounds, counters } = this.#of
    const { hits, misses, additions } = counters
    const facts = {
      unit: isByBytes(bounds) ? ('bytes' as const) : ('entries' as const),
      bound: boundOf(bounds),
      hits,
      misses,
      additions,
      meanBytes: bytes / Math.max(1, size),
      rebuildCost: this.#rebuild.perByte,
    }
    return recommend(this.sample?.distances ?? nothingSeen, facts, options)
  }

  /** By how many points LRU would have been better. */
  #regret(): number | undefined {
    const { bounds, counters } = this.#of
    const distances = this.sample?.distances
    if (distances === undefined || distances.sampledRequests < leastRequests) return undefined
    const { hits, additions } = counters
    return regret(hits / Math.max(1, hits + additions), distances.hitRatioAt(boundOf(bounds)))
  }
}

const nothingSeen = { hitRatioAt: () => 0, sampledRequests: 0, covered: 0, coldShare: 1 }

function isByBytes({ maxBytes }: Bounds): boolean {
  return maxBytes !== Number.POSITIVE_INFINITY
}

/** The bound that the sample counts in. */
function boundOf(bounds: Bounds): number {
  return isByBytes(bounds) ? bounds.maxBytes : bounds.maxEntries
}
