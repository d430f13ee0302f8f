import { CultusError } from '@cultus/core'
import type { Setting, Simulator } from '../simulators/simulator.ts'

/** A key as a cache is given it. */
export type CacheKey = number | string

/** What a subject knows of what it is to hold. */
interface CacheLoad {
  /** What the value takes, in bytes, where bytes are bounded. */
  readonly bytes: number | undefined
  /** What loading it again would cost, where costs count. */
  readonly cost: number | undefined
}

/** A cache that is measured; any value but `undefined` under a key is a hit. */
export interface Cache {
  get(key: CacheKey): unknown
  set(key: CacheKey, value: CacheKey, load: CacheLoad): unknown
  dispose?(): void
}

/** What a cache may hold; exactly one of the two is given. */
export interface CacheBound {
  readonly maxEntries: number | undefined
  readonly maxBytes: number | undefined
}

/** What a subject is made for. */
export interface SubjectSetting extends Setting {
  readonly bound: 'entries' | 'bytes'
  /** Whether missing some keys costs more than missing others. */
  readonly hasCosts: boolean
  /** The key that each number stands for, where keys are texts. */
  readonly texts: readonly string[] | undefined
}

/** Bounds in the terms of most caches. */
export function boundOf({ bound, capacity }: SubjectSetting): CacheBound {
  const inBytes = bound === 'bytes'
  return { maxEntries: inBytes ? undefined : capacity, maxBytes: inBytes ? capacity : undefined }
}

/** Reads a cache through: what is not there is set. */
export class ReadThrough implements Simulator {
  readonly #cache: Cache
  readonly #texts: readonly string[] | undefined
  readonly #sizes: Float64Array | undefined
  readonly #costs: Float64Array | undefined

  constructor(cache: Cache, { texts, bound, weights, hasCosts, costs }: SubjectSetting) {
    this.#cache = cache
    this.#texts = texts
    this.#sizes = bound === 'bytes' ? weights : undefined
    this.#costs = hasCosts ? costs : undefined
  }

  access(number: number): boolean {
    const key = this.#texts?.[number] ?? number
    const found = this.#cache.get(key)
    if (found !== undefined && found !== null) {
      if (found instanceof Promise) throw asynchronous()
      return true
    }
    this.#cache.set(key, number, {
      bytes: this.#sizes?.[number],
      cost: this.#costs?.[number],
    })
    return false
  }

  dispose(): void {
    this.#cache.dispose?.()
  }
}

function asynchronous(): CultusError {
  return new CultusError(
    'CULTUS_INVALID_ARGUMENT',
    '`get` of a subject must return the value itself, got a promise',
  )
}
