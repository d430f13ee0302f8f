const rows = 4
const mostCount = 15
const countersPerEntry = 16
/** Counters of a block: 64 bytes of four bits each, as much as a processor fetches at once. */
const blockCounters = 128
/** Counters of a block among which each row chooses. */
const rowCounters = blockCounters / rows

/**
 * How often keys were requested of late, by counters from 0 to 15 that keys share: a count-min sketch whose counters
 * are halved once it has counted ten requests per entry of the cache.
 *
 * (Einziger, Friedman and Manes, "TinyLFU: A Highly Efficient Cache Admission Policy", 2017.) The four counters of a
 * key lie in one block, as in Caffeine: on large caches more keys then share counters than chance alone would have.
 */
export class FrequencySketch {
  readonly #counters: Uint8Array
  readonly #blockMask: number
  readonly #period: number
  readonly #seed: number
  #counted = 0

  /** The seed chooses which keys share counters. */
  constructor(entries: number, seed: number) {
    const length = countersPerEntry * 2 ** Math.ceil(Math.log2(Math.max(8, entries)))
    this.#counters = new Uint8Array(length)
    this.#blockMask = length / blockCounters - 1
    this.#period = 10 * entries
    this.#seed = Math.imul(seed, 0x1656_67b1)
  }

  increment(key: number): void {
    const hash = mix((key + 1) ^ this.#seed)
    const block = (hash & this.#blockMask) * blockCounters
    const choices = mix(hash ^ 0x5bd1_e995)
    let counted = 0
    for (let row = 0; row < rows; row++) {
      const place = placeIn(block, row, choices)
      if (this.#counters[place]! < mostCount) {
        this.#counters[place]! += 1
        counted = 1
      }
    }
    this.#counted += counted
    if (this.#counted >= this.#period) this.#halve()
  }

  frequency(key: number): number {
    const hash = mix((key + 1) ^ this.#seed)
    const block = (hash & this.#blockMask) * blockCounters
    const choices = mix(hash ^ 0x5bd1_e995)
    let least = mostCount
    for (let row = 0; row < rows; row++) {
      least = Math.min(least, this.#counters[placeIn(block, row, choices)]!)
    }
    return least
  }

  #halve(): void {
    const counters = this.#counters
    let odd = 0
    for (let place = 0; place < counters.length; place++) {
      odd += counters[place]! & 1
      counters[place]! >>= 1
    }
    // Each counted request raised up to four counters; the halves that are lost are lost from the total too.
    this.#counted = Math.max(0, Math.floor((this.#counted - (odd >> 2)) / 2))
  }
}

function placeIn(block: number, row: number, choices: number): number {
  return block + row * rowCounters + ((choices >>> (row * 8)) & (rowCounters - 1))
}

/** Spreads the bits of an integer over all of it: the last steps of MurmurHash3. */
function mix(value: number): number {
  let mixed = Math.imul(value, 0x9e37_79b1)
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85eb_ca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35)
  return mixed ^ (mixed >>> 16)
}
