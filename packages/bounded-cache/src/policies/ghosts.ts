/** Fingerprints that are looked at together. */
const ways = 4
const epochBits = 4
const epochs = 2 ** epochBits
const epochMask = epochs - 1
/** One epoch is being written and one being wiped. */
const liveEpochs = epochs - 2

/**
 * The keys that were given up last, as fingerprints of 12 bits, each with the epoch it was given up in.
 *
 * Two bytes each, and no key is held. One in a thousand keys is taken for another.
 */
export class Ghosts {
  #cells: Uint16Array = new Uint16Array(ways)
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
    const start = this.#bucket(hash)
    const cell = this.#cellOf(hash)
    let oldest = start
    let age = -1
    for (let at = start; at < start + ways; at++) {
      const held = this.#cells[at] ?? 0
      const heldAge = held === 0 ? epochs : (this.#epoch - held) & epochMask
      if (held >> epochBits === cell >> epochBits && held !== 0) {
        oldest = at
        break
      }
      if (heldAge > age) {
        age = heldAge
        oldest = at
      }
    }
    this.#cells[oldest] = cell
    this.#added++
    if (this.#added * liveEpochs >= keys) this.#turn()
  }

  /** Forgets a key, and returns whether it was known. */
  take(hash: number): boolean {
    const start = this.#bucket(hash)
    const fingerprint = this.#cellOf(hash) >> epochBits
    for (let at = start; at < start + ways; at++) {
      const held = this.#cells[at] ?? 0
      if (held === 0 || held >> epochBits !== fingerprint) continue
      if (((this.#epoch - held) & epochMask) > liveEpochs) continue
      this.#cells[at] = 0
      return true
    }
    return false
  }

  clear(): void {
    this.#cells = new Uint16Array(ways)
    this.#epoch = 1
    this.#added = 0
    this.#wiped = 0
  }

  /** Never 0, which stands for nothing. */
  #cellOf(hash: number): number {
    return (((hash % 4_095) + 1) << epochBits) | this.#epoch
  }

  #bucket(hash: number): number {
    return Math.floor((hash / 2 ** 32) * (this.#cells.length / ways)) * ways
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
    for (let start = 0; start < before.length; start += ways) {
      const bucket = before.subarray(start, start + ways)
      this.#cells.set(bucket, 2 * start)
      this.#cells.set(bucket, 2 * start + ways)
    }
    this.#wiped = 0
  }
}
