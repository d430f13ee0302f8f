/** Strings up to this are looked at as a whole: what tells keys apart often stands between a prefix and a suffix. */
const wholeLength = 128
/** Of a longer string these at its start and at its end, and in between so many at equal distances. */
const startLength = 48
const endLength = 48
const middleLength = 32

/** FNV-1a, 32 bits: http://www.isthe.com/chongo/tech/comp/fnv/. */
const prime = 0x01000193
/** Sets the second half apart from the first: murmur3's first constant. */
const evenPrime = 0x85ebca6b

const float = new Float64Array(1)
const words = new Uint32Array(float.buffer)

/**
 * Turns keys into 32 bits that look random; a seed of its own keeps others from making up keys that collide.
 *
 * V8 has a hash of each string but tells it to nobody. Only what is missing from a cache, or leaves it, is hashed.
 */
export class KeyHash {
  readonly #seed: number
  #identities: WeakMap<WeakKey, number> | undefined
  #count = 0

  constructor(seed: number) {
    this.#seed = seed | 0
  }

  of(key: unknown): number {
    switch (typeof key) {
      case 'string':
        return this.#text(key)
      case 'number':
        return this.#number(key)
      case 'object':
      case 'function':
        return key === null ? mixed(this.#seed) : this.#identity(key)
      case 'symbol':
        return this.#text(String(key.description))
      default:
        return this.#text(String(key))
    }
  }

  #text(text: string): number {
    const { length } = text
    let hash = this.#seed ^ length
    if (length <= wholeLength) return mixed(spelt(text, 0, length, 1, hash))
    const end = length - endLength
    const stride = Math.ceil((end - startLength) / middleLength)
    hash = spelt(text, 0, startLength, 1, hash)
    hash = spelt(text, startLength, end, stride, hash)
    return mixed(spelt(text, end, length, 1, hash))
  }

  #number(value: number): number {
    if ((value | 0) === value) return mixed(value ^ this.#seed)
    // The bits of what is no number depend on how it came about.
    if (Number.isNaN(value)) return mixed(~this.#seed)
    float[0] = value
    return mixed((words[0] ?? 0) ^ mixed((words[1] ?? 0) ^ this.#seed))
  }

  /** An object has no content that a `Map` would go by: it gets a number when it is first seen. */
  #identity(key: object): number {
    this.#identities ??= new WeakMap()
    let identity = this.#identities.get(key)
    if (identity === undefined) {
      identity = this.#count++
      this.#identities.set(key, identity)
    }
    return mixed(identity ^ this.#seed)
  }
}

/** In two at a time, neither of which waits for the other. */
function spelt(text: string, start: number, end: number, stride: number, seed: number): number {
  let hash = seed
  let other = ~seed
  let index = start
  for (; index + stride < end; index += 2 * stride) {
    hash = Math.imul(hash ^ text.charCodeAt(index), prime)
    other = Math.imul(other ^ text.charCodeAt(index + stride), prime)
  }
  if (index < end) hash = Math.imul(hash ^ text.charCodeAt(index), prime)
  return hash ^ Math.imul(other ^ (other >>> 15), evenPrime)
}

/** Spreads 32 bits: lowbias32 of https://nullprogram.com/blog/2018/07/31/. */
export function mixed(value: number): number {
  let hash = value ^ (value >>> 16)
  hash = Math.imul(hash, 0x7feb352d)
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b)
  return (hash ^ (hash >>> 16)) >>> 0
}
