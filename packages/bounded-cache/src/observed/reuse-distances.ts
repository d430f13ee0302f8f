import { invalidOption, numberOption } from '@cultus/core'
import { SampleIndex, unsampled } from '../policies/sample-index.ts'
import { SampledHits } from './sampled-hits.ts'
import { UseOrder } from './use-order.ts'

/** The curve is then off by no more than 0.03 in the mean: `reuse-distances.test.ts`. */
const usualKeys = 1_024
const mostKeys = 16_384
/** Memory is taken only as the sample grows. */
const leastKeys = 64
/** Requests that are remembered for each key of the sample: what TinyLFU counts before it halves. */
const memoryPerKey = 10
/** What is left of the sampled hashes when there are too many keys: each step gives up an eighth of them. */
const keptShare = 7 / 8
const everything = 2 ** 32

/** Settings for {@link ReuseDistances}. */
export interface ReuseDistancesOptions {
  /** The largest bound that is of interest, in the unit of the weights. Distances beyond may be taken for endless. */
  readonly reach: number
  /**
   * The most keys in the sample; a power of two from 64 to 16,384.
   *
   * @defaultValue 1024
   */
  readonly keys?: number
  /**
   * After so many sampled requests all that was counted counts for half; at least 1.
   *
   * @defaultValue 10 for each of `keys`
   */
  readonly memory?: number
}

/** What share of the requests an LRU cache of a bound would have served. */
export interface CurvePoint {
  /** Bytes or entries, whichever the requests were weighed in. */
  readonly bound: number
  /** 0…1. */
  readonly hitRatio: number
}

/**
 * The hit ratio that LRU would have at any bound, from the reuse distances of a sample of the keys.
 *
 * SHARDS of fixed size (Waldspurger et al., FAST 2015): a key is sampled when a hash of it lies under a threshold,
 * which falls when there are too many keys, and what is measured in the sample is divided by the share of the hashes
 * under it. Other than there, keys beyond `reach` are forgotten, or those that never come back would crowd out the
 * rest; and old requests fade, so that the curve follows the load. The memory is fixed; a request takes O(log keys).
 *
 * It knows of what it is told: a `get` that misses and is never followed by a `set` is not seen.
 */
export class ReuseDistances {
  #index: SampleIndex
  #order: UseOrder
  /** Requests of each sampled key, halved when they fade. */
  #uses: Uint32Array
  readonly #hits = new SampledHits()
  readonly #keys: number
  readonly #memory: number
  #reach: number
  #threshold = everything
  /** How many requests there were when the last one was sampled. */
  #at = 0
  #sinceFade = 0
  #sampledRequests = 0

  /** @throws CultusError `CULTUS_INVALID_OPTION` */
  constructor(options: ReuseDistancesOptions) {
    const { reach, keys = usualKeys, memory = memoryPerKey * keys } = options
    numberOption('keys', keys, leastKeys, mostKeys)
    if (!Number.isInteger(Math.log2(keys))) throw invalidOption('keys', 'be a power of two', keys)
    if (!(memory >= 1)) throw invalidOption('memory', 'be a number of at least 1', memory)
    this.#reach = checkedReach(reach)
    this.#keys = keys
    this.#memory = memory
    this.#index = new SampleIndex(leastKeys)
    this.#order = new UseOrder(leastKeys)
    this.#uses = new Uint32Array(leastKeys)
  }

  /** The share of all keys that is sampled, 0…1. */
  get rate(): number {
    return this.#threshold / everything
  }

  /** Keys in the sample. */
  get size(): number {
    return this.#index.size
  }

  /** Sampled requests that the curve rests on; those that have faded count for less. */
  get sampledRequests(): number {
    return this.#sampledRequests
  }

  /** The share of the requests for keys that were not known, which no distance is known of; 0…1. */
  get coldShare(): number {
    return this.#hits.coldShare
  }

  /** What all keys weigh that are remembered: a longer distance cannot have been seen. */
  get covered(): number {
    return this.#order.sum / this.rate
  }

  get byteLength(): number {
    const parts = [this.#uses, this.#index, this.#order, this.#hits]
    return parts.reduce((sum, { byteLength }) => sum + byteLength, 0)
  }

  /** Whether requests of a key should be told, by 32 bits that depend on the key alone. */
  sampled(hash: number): boolean {
    return spread(hash) < this.#threshold
  }

  /**
   * Takes in a request of a key that is sampled: a hit, or an entry that came in after a miss.
   *
   * `weight` is what the entry takes of the bound; `at` how many requests there were so far, those of other keys and
   * this one included. Returns how many of the remembered requests were for the key, this one included; 0 when the
   * key is not sampled.
   */
  request(hash: number, weight: number, at: number): number {
    const tag = spread(hash)
    if (tag >= this.#threshold) return 0
    let number = this.#index.find(tag)
    let distance = Number.POSITIVE_INFINITY
    if (number === unsampled) {
      number = this.#admit(tag)
      if (number === unsampled) return 0
    } else if (this.#order.weight(number) > 0) {
      // The entry itself is not one of many: it is there for sure.
      distance = this.#order.since(number) / this.rate + weight
    }
    this.#order.use(number, weight)
    const uses = (this.#uses[number] ?? 0) + 1
    this.#uses[number] = uses
    this.#count(distance, uses, at)
    return uses
  }

  /** An entry was set anew, which makes it the latest but asks for nothing. */
  overwritten(hash: number, weight: number): void {
    const number = this.#find(hash)
    if (number !== unsampled) this.#order.use(number, weight)
  }

  /** An entry expired or was deleted: at whatever bound, its next request is a miss. */
  invalidated(hash: number): void {
    const number = this.#find(hash)
    // Its place is kept until the sample needs it, and with it how often it was asked for.
    if (number !== unsampled) this.#order.reweigh(number, 0)
  }

  /**
   * Sets the largest bound of interest, as when the cache is resized.
   *
   * @throws CultusError `CULTUS_INVALID_OPTION` when it is not a positive number.
   */
  reachTo(reach: number): void {
    this.#reach = checkedReach(reach)
  }

  /**
   * The share of the remembered requests that LRU would have served at a bound, 0…1; beyond `reach` as at `reach`, and
   * 0 before the first request.
   */
  hitRatioAt(bound: number): number {
    return this.#hits.ratioAt(Math.min(this.#reach, bound), this.rate)
  }

  /** The curve at each bound at which it rises, up to `reach`. */
  curve(): readonly CurvePoint[] {
    const bounds = this.#hits.bounds().map((edge) => Math.min(this.#reach, Math.ceil(edge)))
    return [...new Set(bounds)].map((bound) => ({ bound, hitRatio: this.hitRatioAt(bound) }))
  }

  /** Forgets everything; requests are counted from `at`. Every key is sampled again. */
  clear(at: number): void {
    this.#index = new SampleIndex(leastKeys)
    this.#order = new UseOrder(leastKeys)
    this.#uses = new Uint32Array(leastKeys)
    this.#hits.clear()
    this.#threshold = everything
    this.#at = at
    this.#sinceFade = 0
    this.#sampledRequests = 0
  }

  #find(hash: number): number {
    const tag = spread(hash)
    return tag < this.#threshold ? this.#index.find(tag) : unsampled
  }

  #count(distance: number, uses: number, at: number): void {
    this.#hits.count(distance, uses, this.rate, Math.max(0, at - this.#at))
    this.#at = at
    this.#sampledRequests++
    if (++this.#sinceFade >= this.#memory) this.#fade()
  }

  #fade(): void {
    this.#sinceFade = 0
    this.#hits.fade(1 / 2)
    this.#sampledRequests /= 2
    for (let number = 0; number < this.#uses.length; number++)
      this.#uses[number] = (this.#uses[number] ?? 0) >> 1
  }

  /** Takes a key into the sample, unless the threshold had to fall below it. */
  #admit(tag: number): number {
    while (this.#index.size >= this.#index.capacity) this.#makeRoom()
    return tag < this.#threshold ? this.#index.add(tag) : unsampled
  }

  #makeRoom(): void {
    const { capacity } = this.#index
    const oldest = this.#order.oldest()
    if (capacity < this.#keys) this.#grow(2 * capacity)
    else if (this.covered > this.#reach && oldest !== undefined) this.#drop(oldest)
    else {
      const dropped = this.#dropWhere((number) => this.#order.weight(number) === 0)
      if (dropped >= (1 - keptShare) * capacity) return
      this.#threshold = Math.max(1, Math.floor(this.#threshold * keptShare))
      this.#dropWhere((number) => this.#index.tagOf(number) >= this.#threshold)
    }
  }

  #grow(capacity: number): void {
    this.#index.grow(capacity)
    this.#order.grow(capacity)
    const uses = new Uint32Array(capacity)
    uses.set(this.#uses)
    this.#uses = uses
  }

  /** Drops keys from a sample that is full. */
  #dropWhere(isDue: (number: number) => boolean): number {
    let dropped = 0
    for (let number = 0; number < this.#index.capacity; number++) {
      if (!this.#order.holds(number) || !isDue(number)) continue
      this.#drop(number)
      dropped++
    }
    return dropped
  }

  #drop(number: number): void {
    this.#order.remove(number)
    this.#index.remove(number)
    this.#uses[number] = 0
  }
}

/** Multiplied as the sample of `adaptive` is: what both watch is then the same for the most part. */
function spread(hash: number): number {
  return Math.imul(hash, 0x9e3779b1) >>> 0
}

function checkedReach(reach: number): number {
  if (typeof reach === 'number' && reach > 0) return reach
  throw invalidOption('reach', 'be a positive number', reach)
}
