import { CounterRing } from './counter-ring.ts'

/** The counters that have windows. They only grow. */
export interface WindowCounters {
  readonly hits: number
  readonly misses: number
  readonly sets: number
  readonly evictions: number
  readonly expirations: number
}

/** What a cache did over the last while, in whole numbers. */
export interface WindowStats extends WindowCounters {
  /** Hits ÷ (hits + misses), or 0 without any. */
  readonly hitRatio: number
  /** The seconds that the counts cover: less than the window while the cache is young. */
  readonly seconds: number
}

const fields = ['hits', 'misses', 'sets', 'evictions', 'expirations'] as const
const buckets = 12
/** Twelve of each are a minute and an hour; as the youngest is being filled, 11 to 12 are covered. */
const minuteWidth = 5_000
const hourWidth = 300_000
/** Snapshots are no closer together, in milliseconds: a fifth of the narrower bucket. */
const leastApart = 1_000

/**
 * Statistics of the last minute and the last hour, out of counters that only grow and without a timer.
 *
 * Whoever passes by hands over the counters; what was counted between two snapshots is spread evenly over the time
 * between. So hits show late when nothing but hits comes, and never wrong in number. The memory is fixed.
 */
export class CounterWindows {
  readonly #minute = new CounterRing(minuteWidth, buckets, fields.length)
  readonly #hour = new CounterRing(hourWidth, buckets, fields.length)
  readonly #before = new Float64Array(fields.length)
  readonly #since = new Float64Array(fields.length)
  #at: number
  /** Milliseconds since the start, which never go back. */
  #time = 0

  /** `now` in milliseconds of some clock. */
  constructor(now: number) {
    this.#at = now
  }

  get byteLength(): number {
    const own = this.#before.byteLength + this.#since.byteLength
    return own + this.#minute.byteLength + this.#hour.byteLength
  }

  /** Takes a snapshot, unless the last one is less than a second old. */
  pass(now: number, counters: WindowCounters): void {
    const elapsed = now - this.#at
    if (elapsed >= 0 && elapsed < leastApart) return
    this.#take(now, counters)
  }

  /** The last minute: the last 55 to 60 seconds. */
  lastMinute(now: number, counters: WindowCounters): WindowStats {
    this.#take(now, counters)
    return this.#stats(this.#minute)
  }

  /** The last hour: the last 55 to 60 minutes. */
  lastHour(now: number, counters: WindowCounters): WindowStats {
    this.#take(now, counters)
    return this.#stats(this.#hour)
  }

  #take(now: number, counters: WindowCounters): void {
    const elapsed = now - this.#at
    const from = this.#time
    // A clock that went back adds no time; what was counted meanwhile belongs to now.
    if (elapsed > 0 && elapsed < Number.POSITIVE_INFINITY) this.#time += elapsed
    this.#at = now
    for (const [field, name] of fields.entries()) {
      this.#since[field] = Math.max(0, counters[name] - (this.#before[field] ?? 0))
      this.#before[field] = counters[name]
    }
    this.#minute.add(from, this.#time, this.#since)
    this.#hour.add(from, this.#time, this.#since)
  }

  #stats(ring: CounterRing): WindowStats {
    const sum = (field: number): number => Math.max(0, ring.sum(field, this.#time))
    const [hits, misses] = [sum(0), sum(1)]
    return {
      hits: Math.round(hits),
      misses: Math.round(misses),
      hitRatio: hits === 0 ? 0 : hits / (hits + misses),
      sets: Math.round(sum(2)),
      evictions: Math.round(sum(3)),
      expirations: Math.round(sum(4)),
      seconds: (this.#time - ring.start(this.#time)) / 1_000,
    }
  }
}
