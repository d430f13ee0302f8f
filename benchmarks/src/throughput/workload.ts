import { flatCopy, flatKey, flatKeys } from '../caches/flat-key.ts'
import { shuffleInPlace } from '../caches/order.ts'
import { type MeasuredCache, valueSize } from '../caches/subject.ts'
import { seeded } from '../zipf.ts'
import { getAll, type Loop, type Requests, readThrough, setAll } from './loops.ts'
import type { ChildSetting, Operation, Pass } from './setting.ts'

/** Operations between two looks at the clock: few at first, since one may take milliseconds. */
const firstBlock = 64
const block = 4_096

/** How long the mixed load may take to fill a cache, and after how long that can be told, in milliseconds. */
const mostWarming = 60_000
const soonest = 5_000

/** The operations on one cache, which it makes, fills and keeps between passes. */
export class Workload {
  readonly #make: (entries: number) => MeasuredCache
  readonly #setting: ChildSetting
  readonly #keys: readonly string[]
  /** Keys that are never set. */
  readonly #strangers: readonly string[]
  readonly #mixed: Uint32Array
  readonly #random: () => number
  readonly #asked: string[]
  readonly #ids: Uint32Array
  readonly #collect: (options?: { readonly type: 'minor' }) => void
  #cache: MeasuredCache | undefined
  #operation: Operation = 'get-hit'
  /** The key that is set next, where they are set in a circle. */
  #next: number
  /** The request of the mixed load that comes next. */
  #cursor = 0

  constructor(
    make: (entries: number) => MeasuredCache,
    setting: ChildSetting,
    mixed: Uint32Array,
    collect: (options?: { readonly type: 'minor' }) => void,
  ) {
    const { entries, passLength, seed } = setting
    this.#make = make
    this.#setting = setting
    const keys = flatKeys(5 * entries)
    // Neighbours in a benchmark are no neighbours in the memory of a service.
    shuffleInPlace(keys, seed)
    this.#keys = keys
    this.#strangers = Array.from({ length: passLength }, (_, at) => flatKey(5 * entries + at))
    this.#mixed = mixed
    this.#random = seeded(seed)
    this.#asked = this.#strangers.slice()
    this.#ids = new Uint32Array(passLength)
    this.#collect = collect
    this.#next = entries
  }

  /** Brings the cache into the state in which an operation finds it; returns whether it did, in time. */
  prepare(operation: Operation): boolean {
    this.#operation = operation
    const warm = operation === 'mixed' ? this.#warm() : this.#fill()
    this.#collect()
    return warm
  }

  /** One pass of the operation that was prepared. */
  pass(): Pass {
    const { passLength, passTime } = this.#setting
    this.#draw()
    const requests: Requests = { keys: this.#asked, ids: this.#ids }
    const loop = loops[this.#operation]
    const cache = this.#held()
    this.#collect({ type: 'minor' })
    let done = 0
    let hits = 0
    const start = performance.now()
    let time = 0
    let step = firstBlock
    while (done < passLength && time < passTime) {
      const to = Math.min(done + step, passLength)
      hits += loop(cache, requests, done, to)
      done = to
      step = Math.min(2 * step, block)
      time = performance.now() - start
    }
    if (this.#operation === 'set + evict') this.#next = (this.#next + done) % this.#keys.length
    if (this.#operation === 'mixed') this.#cursor += done
    return { nanoseconds: (time * 1e6) / done, done, hits }
  }

  #held(): MeasuredCache {
    this.#cache ??= this.#make(this.#setting.entries)
    return this.#cache
  }

  /** Sets as many keys as fit, once: the operations but the last share a cache. */
  #fill(): boolean {
    if (this.#cache !== undefined) return true
    const cache = this.#held()
    for (let id = 0; id < this.#setting.entries; id++) {
      cache.set(this.#keys[id] ?? '', { id, size: valueSize })
    }
    return true
  }

  /** A new cache, since hits depend on what it has seen. */
  #warm(): boolean {
    this.#cache?.dispose?.()
    this.#cache = undefined
    const cache = this.#held()
    const ids = this.#mixed.subarray(0, this.#setting.warming)
    const start = performance.now()
    for (let from = 0; from < ids.length; from += firstBlock) {
      const part = ids.subarray(from, from + firstBlock)
      const keys = Array.from(part, (id) => this.#keys[id] ?? '')
      readThrough(cache, { keys, ids: part }, 0, part.length)
      const time = performance.now() - start
      const needed = (time * ids.length) / (from + part.length)
      if (time > soonest && needed > mostWarming) return false
    }
    this.#cursor = ids.length
    return true
  }

  /** Lays out the keys of a pass beforehand: what they cost to make is not the cost of a cache. */
  #draw(): void {
    const { passLength, entries, keys } = this.#setting
    for (let at = 0; at < passLength; at++) {
      const id = this.#idAt(at, entries)
      this.#ids[at] = id
      const key = this.#keyOf(id, entries)
      this.#asked[at] = keys === 'fresh' ? flatCopy(key) : key
    }
  }

  #keyOf(id: number, entries: number): string {
    return (id < 5 * entries ? this.#keys[id] : this.#strangers[id - 5 * entries]) ?? ''
  }

  #idAt(at: number, entries: number): number {
    if (this.#operation === 'mixed') return this.#mixed[this.#cursor + at] ?? 0
    if (this.#operation === 'get-miss') return 5 * entries + at
    if (this.#operation === 'set + evict') return (this.#next + at) % this.#keys.length
    return Math.floor(this.#random() * entries)
  }
}

const loops: Readonly<Record<Operation, Loop>> = {
  'get-hit': getAll,
  'get-miss': getAll,
  overwrite: setAll,
  'set + evict': setAll,
  mixed: readThrough,
}
