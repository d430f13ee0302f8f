import { isolate, warnOnce } from '@cultus/core'
import { estimateBytes } from '@cultus/core/sizing'
import { mostTagBytes } from './table/slot-tags.ts'

/**
 * The bytes an entry takes beside its key and value: its place in the index, its slot, and its share of what a policy
 * remembers.
 *
 * Measured as heap growth after collection on 64-bit Node 20, in caches that evict: a `Map` out of which keys go as
 * others come has room for two to four times as many, at 28 bytes each. `pnpm verify:bound` measures it again.
 */
export const entryOverhead = 120

/** One tebibyte. The bytes of a cache are summed up in a number, which must stay exact. */
const mostValueBytes = 2 ** 40

/** What the caller says of the size of an entry. */
export interface SizedFacts {
  /** What the value takes. */
  readonly bytes: number | undefined
  readonly tags: readonly string[] | undefined
}

/** Entries that are sized before one of many stands for the others, and of how many one is sized then. */
const firstSized = 64
const sizedOf = 64

/**
 * Tells how many bytes a cache is charged with for a key and a value; never throws.
 *
 * Where bytes are not bounded and nobody says what a value takes, only one in 64 is looked at: an entry is then charged
 * with what these had on average.
 */
export class EntrySizer<K, V> {
  readonly #cache: string
  readonly #isBounded: boolean
  readonly #sizeOf: ((value: V, key: K) => number) | undefined
  #sized = 0
  #unsized = 0
  #mean = 0

  constructor(cache: string, isBounded: boolean, sizeOf?: (value: V, key: K) => number) {
    this.#cache = cache
    this.#isBounded = isBounded
    this.#sizeOf = sizeOf
  }

  /** The charge, in whole bytes. */
  measure(key: K, value: V, { bytes, tags }: SizedFacts): number {
    const own = tags === undefined ? entryOverhead : entryOverhead + mostTagBytes(tags)
    if (bytes === undefined && !this.#isBounded && this.#sizeOf === undefined)
      return own + this.#likely(key, value)
    return own + estimateBytes(key) + this.#valueBytes(key, value, bytes)
  }

  #likely(key: K, value: V): number {
    if (this.#sized >= firstSized && ++this.#unsized < sizedOf) return this.#mean
    this.#unsized = 0
    this.#sized += 1
    const bytes = estimateBytes(key) + estimateBytes(value)
    // The last ones count most: what is cached may change.
    this.#mean = Math.round(this.#mean + (bytes - this.#mean) / Math.min(this.#sized, firstSized))
    return bytes
  }

  #valueBytes(key: K, value: V, given: number | undefined): number {
    if (given !== undefined)
      return isSize(given) ? Math.ceil(given) : this.#fallBack('bytes', value)
    const sizeOf = this.#sizeOf
    if (sizeOf === undefined) return estimateBytes(value)
    const bytes = isolate(`\`sizeOf\` of cache ${this.#cache}`, () => sizeOf(value, key))
    return isSize(bytes) ? Math.ceil(bytes) : this.#fallBack('sizeOf', value)
  }

  #fallBack(from: string, value: V): number {
    warnOnce(
      'CULTUS_W_SIZE',
      `\`${from}\` of cache ${this.#cache} gave no number from 0 to 2 ** 40; the size is estimated instead`,
      `${this.#cache} ${from}`,
    )
    return estimateBytes(value)
  }
}

function isSize(bytes: unknown): bytes is number {
  return typeof bytes === 'number' && bytes >= 0 && bytes <= mostValueBytes
}
