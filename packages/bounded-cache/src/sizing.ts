import { isolate, warnOnce } from '@cultus/core'
import { estimateBytes } from '@cultus/core/sizing'

/**
 * The bytes an entry takes beside its key and value: its slot in `lru-cache`.
 *
 * Measured as heap growth after collection on 64-bit Node 20 with 100,000 and 1,000,000 entries
 * (`test/heap.gc.test.ts` measures it again). Tables that have just doubled take a fifth more.
 */
export const entryOverhead = 88

/** The bytes more that an entry takes whose value expires. */
export const expiryOverhead = 48

/** One tebibyte. The bytes of a cache are summed up in a number, which must stay exact. */
const mostValueBytes = 2 ** 40

/** Tells how many bytes a cache is charged with for a key and a value; never throws. */
export class EntrySizer<K, V> {
  readonly #cache: string
  readonly #sizeOf: ((value: V, key: K) => number) | undefined

  constructor(cache: string, sizeOf?: (value: V, key: K) => number) {
    this.#cache = cache
    this.#sizeOf = sizeOf
  }

  /** The charge, in whole bytes; `given` is what the caller says that the value takes. */
  measure(key: K, value: V, expires: boolean, given?: number): number {
    const overhead = expires ? entryOverhead + expiryOverhead : entryOverhead
    return overhead + estimateBytes(key) + this.#valueBytes(key, value, given)
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
