import { Emitter } from '@cultus/core'
import { type Bounds, shownBound } from './bounds.ts'
import type { Removal } from './removal.ts'

/** A load of `fetch` that failed. */
export interface LoadFailure<K> {
  readonly key: K
  /** What the loader threw or rejected with. */
  readonly error: unknown
}

/** What giving memory back under pressure came to. */
export interface CacheRelease {
  /** Entries given up. */
  readonly entries: number
  /** What these were charged with, in bytes. */
  readonly bytes: number
  /** Turns of the event loop that it took. */
  readonly slices: number
  /** Whether the cache is inside the bounds in force now. */
  readonly completed: boolean
}

/** The bounds of a cache, which have changed. */
export interface CacheResize {
  /** The configured bound in entries; `undefined` where there is none. */
  readonly maxEntries: number | undefined
  /** The configured bound in bytes; `undefined` where there is none. */
  readonly maxBytes: number | undefined
  /** The share of the configured bounds that is in force, 0…1. */
  readonly limitRatio: number
  /** `caller` after `resize`, `pressure` after `setLimitRatio`. */
  readonly cause: 'caller' | 'pressure'
}

/** What a cache tells of, by the name of the event. */
export interface BoundedCacheEvents<K, V> {
  /** A value left, or was refused; as `onRemoval` is told. */
  readonly removal: Removal<K, V>
  /** A load that callers waited for failed, whether or not they were given an old value in place of the error. */
  readonly loadFailed: LoadFailure<K>
  /** A load in the background failed; the old value is served until it is too old. */
  readonly refreshFailed: LoadFailure<K>
  /** A release came to its end. */
  readonly released: CacheRelease
  /** The bounds were changed. */
  readonly resized: CacheResize
}

/** The name of an event of a cache. */
export type BoundedCacheEventName = keyof BoundedCacheEvents<never, never>

const names: readonly BoundedCacheEventName[] = [
  'removal',
  'loadFailed',
  'refreshFailed',
  'released',
  'resized',
]

/** The listeners of one cache. What is heard by nobody is not made. */
export class CacheEvents<K, V> {
  readonly #emitter: Emitter<BoundedCacheEvents<K, V>>
  readonly #listening = new Map<BoundedCacheEventName, number>()
  /** Whether anybody listens to removals, which is asked for each of them. */
  hearsRemovals = false

  constructor(cache: string) {
    this.#emitter = new Emitter(`cache ${cache}`, names)
  }

  /**
   * Calls `listener` with every event of one kind, and returns a function that ends it.
   *
   * @throws CultusError `CULTUS_INVALID_ARGUMENT` for an unknown event or a listener that is no function.
   */
  on<N extends BoundedCacheEventName>(
    name: N,
    listener: (event: BoundedCacheEvents<K, V>[N]) => void,
  ): () => void {
    const leave = this.#emitter.on(name, listener)
    this.#count(name, 1)
    let isListening = true
    return () => {
      if (!isListening) return
      isListening = false
      this.#count(name, -1)
      leave()
    }
  }

  /** Whether anybody listens. */
  heard(name: BoundedCacheEventName): boolean {
    return (this.#listening.get(name) ?? 0) > 0
  }

  /** Tells those who listen, in the order in which they came; `event` is called when there are any. */
  tell<N extends BoundedCacheEventName>(name: N, event: () => BoundedCacheEvents<K, V>[N]): void {
    if (this.heard(name)) this.#emitter.deliver(name, event())
  }

  #count(name: BoundedCacheEventName, by: number): void {
    this.#listening.set(name, (this.#listening.get(name) ?? 0) + by)
    this.hearsRemovals = this.heard('removal')
  }
}

/** The event of bounds that have changed. */
export function resizeOf(bounds: Bounds, cause: CacheResize['cause']): CacheResize {
  const { maxEntries, maxBytes, ratio } = bounds
  return {
    maxEntries: shownBound(maxEntries),
    maxBytes: shownBound(maxBytes),
    limitRatio: ratio,
    cause,
  }
}
