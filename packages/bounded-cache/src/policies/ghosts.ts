/** Fingerprints that are looked at together. */
const ways = 8
const epochBits = 4
const epochs = 2 ** epochBits
const epochMask = epochs - 1
/** One epoch is being written and one being wiped. */
const liveEpochs = epochs - 2

/**
 * The keys that were given up last, as fingerprints of 12 bits, each with the epoch it was given up in.
 *
 * Two bytes each, and no key is held. Each has two buckets to lie in (Azar et al., Balanced Allocations, 1999). One in
 * two hundred and fifty keys is taken for another.
 */
export class Ghosts {
  #cells: Uint16Array = new Uint16Array(2 * ways)
  /** The bits of a hash that do not say in which bucket a key lies: the length is a power of two. */
  #shift = 31
  #epoch = 1
  /** Keys that were added in this epoch, and the cell up to which old ones are wiped. */
  #added = 0
  #wiped = 0

  /** Makes it large enough to remember so many keys. */
  fit(keys: number): void {
    while (this.#cells.length < keys) this.#double()
  }

  get byteLength(): number {
    return this.#cells.byteLength
  }

  /** Remembers a key for as long as about `keys` more are added. */
  add(hash: number, keys: number): void {
    this.#wipe(keys)
    const first = this.#oldest(this.#bucket(hash))
    let place = first
    if (this.#age(first) <= liveEpochs) {
      const second = this.#oldest(this.#bucket(otherHash(hash)))
      if (this.#age(second) > this.#age(first)) place = second
    }
    this.#cells[place] = this.#cellOf(hash)
    this.#added++
    if (this.#added * liveEpochs >= keys) this.#turn()
  }

  /** Forgets a key, and returns whether it was known. */
  take(hash: number): boolean {
    const cell = this.#cellOf(hash)
    const inFirst = this.#takeFrom(this.#bucket(hash), cell)
    // In the other too: it may be in both, when there was room in the first again.
    return this.#takeFrom(this.#bucket(otherHash(hash)), cell) || inFirst
  }

  clear(): void {
    this.#cells = new Uint16Array(2 * ways)
    this.#shift = 31
    this.#epoch = 1
    this.#added = 0
    this.#wiped = 0
  }

  /** Never 0, which stands for nothing. */
  #cellOf(hash: number): number {
    return (((hash % 4_095) + 1) << epochBits) | this.#epoch
  }

  #bucket(hash: number): number {
    return (hash >>> this.#shift) * ways
  }

  #takeFrom(start: number, cell: number): boolean {
    let isKnown = false
    for (let at = start; at < start + ways; at++) {
      if ((this.#cells[at] ?? 0) >> epochBits !== cell >> epochBits) continue
      if (this.#age(at) <= liveEpochs) isKnown = true
      this.#cells[at] = 0
    }
    return isKnown
  }

  /** Epochs since a cell was written; that of an empty one is beyond all that count. */
  #age(at: number): number {
    const held = this.#cells[at] ?? 0
    return held === 0 ? epochs : (this.#epoch - held) & epochMask
  }

  /** The first cell of a bucket that is free, or the one that was written first. */
  #oldest(start: number): number {
    let oldest = start
    let most = -1
    for (let at = start; at < start + ways && most <= liveEpochs; at++) {
      const age = this.#age(at)
      if (age <= most) continue
      most = age
      oldest = at
    }
    return oldest
  }

  /** Begins an epoch; the number that comes next must not be taken for new. */
  #turn(): void {
    this.#wipeTo(this.#cells.length)
    this.#epoch = (this.#epoch + 1) & epochMask
    this.#added = 0
    this.#wiped = 0
  }

  /** Wipes the share of the oldest epoch that is due. */
  #wipe(keys: number): void {
    const share = ((this.#added + 1) * liveEpochs) / keys
    this.#wipeTo(Math.min(this.#cells.length, Math.ceil(this.#cells.length * share)))
  }

  #wipeTo(end: number): void {
    const oldest = (this.#epoch + 1) & epochMask
    for (; this.#wiped < end; this.#wiped++) {
      const held = this.#cells[this.#wiped] ?? 0
      if (held !== 0 && (held & epochMask) === oldest) this.#cells[this.#wiped] = 0
    }
  }

  #double(): void {
    const before = this.#cells
    this.#cells = new Uint16Array(2 * before.length)
    this.#shift--
    for (let start = 0; start < before.length; start += ways) {
      const bucket = before.subarray(start, start + ways)
      this.#cells.set(bucket, 2 * start)
      this.#cells.set(bucket, 2 * start + ways)
    }
    this.#wiped = 0
  }
}

/** A hash that says where else a key may lie, whatever the first says. */
function otherHash(hash: number): number {
  return Math.imul(hash, 0x9e3779b1) >>> 0
}
