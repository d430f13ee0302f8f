/** Bytes of a block, which is a line of the processor's cache: one look-up touches no more. */
const blockBytes = 64
/** Counters are of four bits, and an entry has eight: with fewer, keys of a loop of ten times the entries fill all. */
const bytesPerEntry = 4
const most = 15

/**
 * Remembers about how often keys were used that are not held any more: a count-min sketch of four-bit counters
 * (Cormode and Muthukrishnan, 2005) in blocks (Putze, Sanders and Singler, 2007).
 */
export class FrequencySketch {
  #bytes: Uint8Array = new Uint8Array(2 * blockBytes)
  /** The bits of a hash that do not say in which block a key is counted: the length is a power of two. */
  #shift = 31

  /** Makes it large enough for so many entries; what it knows it goes on knowing. */
  fit(entries: number): void {
    while (this.#bytes.length < entries * bytesPerEntry) this.#double()
  }

  get byteLength(): number {
    return this.#bytes.length
  }

  /** How often a key was used, 0…15, or more than that where keys collide. */
  estimate(hash: number): number {
    const start = this.#block(hash)
    let least = most
    let bits = Math.imul(hash, 0x9e3779b1)
    for (let row = 0; row < 4; row++) {
      const counter = bits & 127
      const byte = this.#bytes[start + (counter >> 1)] ?? 0
      const less = ((byte >> halfOf(counter)) & most) - least
      least += less & (less >> 31)
      bits >>>= 7
    }
    return least
  }

  /** Remembers that a key was used at least so often, 0…15. */
  raise(hash: number, frequency: number): void {
    const start = this.#block(hash)
    let bits = Math.imul(hash, 0x9e3779b1)
    for (let row = 0; row < 4; row++) {
      const counter = bits & 127
      const at = start + (counter >> 1)
      const byte = this.#bytes[at] ?? 0
      const more = frequency - ((byte >> halfOf(counter)) & most)
      this.#bytes[at] = byte + ((more & ~(more >> 31)) << halfOf(counter))
      bits >>>= 7
    }
  }

  /** Halves every count: what was is worth less than what is. */
  halve(): void {
    const words = new Uint32Array(this.#bytes.buffer)
    for (let at = 0; at < words.length; at++) words[at] = ((words[at] ?? 0) >>> 1) & 0x77777777
  }

  clear(): void {
    this.#bytes = new Uint8Array(2 * blockBytes)
    this.#shift = 31
  }

  #block(hash: number): number {
    return (hash >>> this.#shift) * blockBytes
  }

  /** Each block becomes two: a key is in one of them, and the other knows too much. */
  #double(): void {
    const before = this.#bytes
    this.#bytes = new Uint8Array(2 * before.length)
    this.#shift--
    for (let start = 0; start < before.length; start += blockBytes) {
      const block = before.subarray(start, start + blockBytes)
      this.#bytes.set(block, 2 * start)
      this.#bytes.set(block, 2 * start + blockBytes)
    }
  }
}

/** Where in its byte a counter lies. */
function halfOf(counter: number): number {
  return (counter & 1) << 2
}
