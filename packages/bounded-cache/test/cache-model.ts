import type { FakeClock } from '@cultus/core/testing'
import { expect } from 'vitest'
import type { BoundedCache, Removal, SetOptions } from '../src/index.ts'
import { entryOverhead } from '../src/sizing.ts'

interface Held {
  readonly value: number
  readonly bytes: number
  readonly storedAt: number
  /** 0 where the clock went back meanwhile: nobody can tell how old such an entry is. */
  ttl: number
}

/** What a key of the model is charged with: estimated by core as one slot. */
export const keyBytes = 8

/**
 * A least recently used cache in a plain Map, oldest first, that checks each removal a real cache reports.
 *
 * Expired entries leave a real cache when it comes across them, so the model lets them go when told, and never
 * otherwise: it takes no removal on trust.
 */
export class CacheModel {
  maxEntries: number
  maxBytes: number
  ratio = 1
  readonly share: number
  readonly counts = {
    hits: 0,
    misses: 0,
    sets: 0,
    evictions: 0,
    pressureEvictions: 0,
    expirations: 0,
    refusals: 0,
  }
  readonly #held = new Map<number, Held>()
  readonly #clock: FakeClock

  constructor(maxEntries: number, maxBytes: number, share: number, clock: FakeClock) {
    this.maxEntries = maxEntries
    this.maxBytes = maxBytes
    this.share = share
    this.#clock = clock
  }

  get size(): number {
    return this.#held.size
  }

  get bytes(): number {
    let sum = 0
    for (const { bytes } of this.#held.values()) sum += bytes
    return sum
  }

  get limitEntries(): number {
    return limit(this.maxEntries, this.ratio)
  }

  get limitBytes(): number {
    return limit(this.maxBytes, this.ratio)
  }

  /** Keys that can be served, most recently used first. */
  get fresh(): number[] {
    return [...this.#held]
      .filter(([, held]) => !this.#expired(held))
      .map(([key]) => key)
      .reverse()
  }

  peek(key: number): number | undefined {
    const held = this.#held.get(key)
    return held === undefined || this.#expired(held) ? undefined : held.value
  }

  get(key: number): number | undefined {
    const value = this.peek(key)
    const held = this.#held.get(key)
    this.counts[value === undefined ? 'misses' : 'hits'] += 1
    if (held !== undefined) {
      this.#held.delete(key)
      this.#held.set(key, held)
    }
    return value
  }

  set(
    key: number,
    value: number,
    options: Required<Pick<SetOptions, 'ttl' | 'bytes'>>,
    removals: Removal<number, number>[],
  ): boolean {
    const bytes = entryOverhead + keyBytes + options.bytes
    const queue = [...removals]
    const { size: sizeBefore, bytes: bytesBefore } = this
    const fits = this.limitEntries >= 1 && bytes <= this.limitBytes * this.share
    const old = this.#held.get(key)
    this.#held.delete(key)
    if (old !== undefined)
      expect(queue.shift()).toEqual({ key, value: old.value, cause: 'replaced' })
    if (options.ttl < 1 || !fits) {
      const cause = options.ttl < 1 ? 'expired' : 'refused'
      expect(queue.shift()).toEqual({ key, value, cause })
      this.counts[cause === 'expired' ? 'expirations' : 'refusals'] += 1
      this.take(queue, ['expired'])
      return false
    }
    this.counts.sets += 1
    this.#held.set(key, { value, bytes, storedAt: this.#clock.now(), ttl: options.ttl })
    while (this.size > this.maxEntries || this.bytes > this.maxBytes)
      this.#evictOldest(queue, 'evicted')
    const overEntries = sizeBefore > this.limitEntries
    const overBytes = bytesBefore > this.limitBytes
    while (queue[0]?.cause === 'pressure') {
      expect(this.size > this.limitEntries || this.bytes > this.limitBytes).toBe(true)
      this.#evictOldest(queue, 'pressure')
    }
    if (overEntries) expect(this.size).toBeLessThan(sizeBefore)
    else expect(this.size).toBeLessThanOrEqual(this.limitEntries)
    if (overBytes) expect(this.bytes).toBeLessThan(bytesBefore)
    else expect(this.bytes).toBeLessThanOrEqual(this.limitBytes)
    this.take(queue, ['expired'])
    expect(this.#held.has(key)).toBe(true)
    return true
  }

  delete(key: number, removals: Removal<number, number>[]): boolean {
    const value = this.peek(key)
    this.take(removals, value === undefined ? ['expired'] : ['deleted'])
    expect(this.#held.has(key)).toBe(false)
    return value !== undefined
  }

  /** Lets what can expire expire: the clock went back. */
  clockWentBack(): void {
    for (const held of this.#held.values()) if (held.ttl !== Number.POSITIVE_INFINITY) held.ttl = 0
  }

  /** Takes out what a bound that fell does not allow any more. */
  shrink(removals: Removal<number, number>[]): void {
    const queue = [...removals]
    while (this.size > this.maxEntries || this.bytes > this.maxBytes)
      this.#evictOldest(queue, 'evicted')
    expect(queue).toEqual([])
  }

  /** Follows a release: each step took one entry that had expired, or the oldest, and none too many. */
  release(removals: Removal<number, number>[]): void {
    for (const removal of removals) {
      expect(this.size > this.limitEntries || this.bytes > this.limitBytes).toBe(true)
      if (removal.cause === 'pressure') this.#evictOldest([removal], 'pressure')
      else this.take([removal], ['expired'])
    }
    expect(this.size <= this.limitEntries && this.bytes <= this.limitBytes).toBe(true)
  }

  /** Takes removals whose cause must be one of those given; an expired one must have expired. */
  take(removals: Removal<number, number>[], causes: Removal<number, number>['cause'][]): void {
    for (const { key, value, cause } of removals) {
      const held = this.#held.get(key)
      expect(causes).toContain(cause)
      expect(held?.value).toBe(value)
      if (cause === 'expired') {
        expect(held !== undefined && this.#expired(held)).toBe(true)
        this.counts.expirations += 1
      }
      if (cause === 'pressure') {
        this.counts.evictions += 1
        this.counts.pressureEvictions += 1
      }
      this.#held.delete(key)
    }
  }

  /** Holds a real cache against the model. */
  check(cache: BoundedCache<number, number>): void {
    expect([...cache.keys()]).toEqual(this.fresh)
    expect(cache.stats()).toMatchObject({
      entries: this.size,
      bytes: this.bytes,
      maxEntries: this.maxEntries,
      maxBytes: this.maxBytes,
      limitRatio: this.ratio,
      ...this.counts,
    })
    expect(cache.size).toBeLessThanOrEqual(this.maxEntries)
    expect(cache.bytes).toBeLessThanOrEqual(this.maxBytes)
    expect(cache.bytes).toBeGreaterThanOrEqual(0)
  }

  #evictOldest(queue: Removal<number, number>[], cause: 'evicted' | 'pressure'): void {
    const [oldest] = this.#held
    expect(oldest).toBeDefined()
    if (oldest === undefined) return
    expect(queue.shift()).toEqual({ key: oldest[0], value: oldest[1].value, cause })
    this.#held.delete(oldest[0])
    this.counts.evictions += 1
    if (cause === 'pressure') this.counts.pressureEvictions += 1
  }

  #expired({ storedAt, ttl }: Held): boolean {
    const age = this.#clock.now() - storedAt
    return ttl !== Number.POSITIVE_INFINITY && !(age >= 0 && age < ttl)
  }
}

function limit(bound: number, ratio: number): number {
  return ratio === 0 ? 0 : Math.max(1, Math.floor(bound * ratio))
}
