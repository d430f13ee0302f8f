/** Fingerprints that are looked at together. */
const ways = 8
const epochBits = 4
const epochs = 2 ** epochBits
const epochMask = epochs - 1
/** Keys are remembered for so many epochs. */
const liveEpochs = 8
/** In the mean, for a key was given up at some time of its own epoch. */
const lifetime = liveEpochs + 0.5
/** All cells are looked at once in so many epochs: an old one is wiped before its number is given to a new one. */
const wipingEpochs = epochs - liveEpochs - 2
const fingerprintMask = 0xfff

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
  /** Keys that were added in this epoch. */
  #added = 0
  /** The epochs that the wiping of all cells has gone on for, and the cell that it has come to. */
  #wipingFor = 0
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
    if (this.#added >= keys / lifetime) this.#turn()
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
    this.#wipingFor = 0
    this.#wiped = 0
  }

  /** Never 0, which stands for nothing. */
  #cellOf(hash: number): number {
    return (Math.max(1, hash & fingerprintMask) << epochBits) | this.#epoch
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

  #turn(): void {
    this.#wipeTo((this.#wipingFor + 1) / wipingEpochs)
    if (++this.#wipingFor === wipingEpochs) {
      this.#wipingFor = 0
      this.#wiped = 0
    }
    this.#epoch = (this.#epoch + 1) & epochMask
    this.#added = 0
  }

  /** Wipes what is due by now. */
  #wipe(keys: number): void {
    const ofEpoch = Math.min(1, ((this.#added + 1) * lifetime) / keys)
    this.#wipeTo((this.#wipingFor + ofEpoch) / wipingEpochs)
  }

  /** Wipes what is too old in that share of the cells. */
  #wipeTo(share: number): void {
    const end = Math.min(this.#cells.length, Math.ceil(this.#cells.length * share))
    for (; this.#wiped < end; this.#wiped++) {
      if (this.#age(this.#wiped) > liveEpochs) this.#cells[this.#wiped] = 0
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
    this.#wiped = 2 * (this.#wiped - (this.#wiped % ways))
  }
}

/** A hash that says where else a key may lie, whatever the first says. */
function otherHash(hash: number): number {
  return Math.imul(hash, 0x9e3779b1) >>> 0
}
