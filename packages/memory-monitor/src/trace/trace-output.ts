import { closeSync, openSync, writeSync } from 'node:fs'

/** What is kept in memory until it is written, in characters. */
const blockLength = 65_536

/** A file that lines are added to, up to a bound. */
export class TraceOutput {
  readonly #maxBytes: number
  readonly #buffered: boolean
  #descriptor: number | undefined
  #pending = ''
  #bytes = 0

  /**
   * Creates the file anew. Without `buffered` every line is on its way to the kernel when `write`
   * returns, and outlives this process.
   *
   * @throws the error of the file system when the file cannot be created.
   */
  constructor(path: string, maxBytes: number, buffered: boolean) {
    this.#maxBytes = maxBytes
    this.#buffered = buffered
    this.#descriptor = openSync(path, 'w', 0o600)
  }

  /** Bytes taken in so far. */
  get bytes(): number {
    return this.#bytes
  }

  /**
   * Adds a line; returns whether there was room for it.
   *
   * @throws the error of the file system when it cannot be written.
   */
  write(line: string): boolean {
    const length = Buffer.byteLength(line)
    if (this.#descriptor === undefined || this.#bytes + length > this.#maxBytes) return false
    this.#bytes += length
    this.#pending += line
    if (!this.#buffered || this.#pending.length >= blockLength) this.flush()
    return true
  }

  /**
   * Hands everything to the kernel.
   *
   * @throws the error of the file system when it cannot be written.
   */
  flush(): void {
    if (this.#descriptor === undefined || this.#pending === '') return
    const block = Buffer.from(this.#pending)
    this.#pending = ''
    // A write may take less than it was given, as on a disk that is nearly full.
    for (let from = 0; from < block.length; ) from += writeSync(this.#descriptor, block, from)
  }

  /** Writes what is left, as far as that can be done, and gives the file back. */
  close(): void {
    try {
      this.flush()
    } finally {
      if (this.#descriptor !== undefined) closeSync(this.#descriptor)
      this.#descriptor = undefined
    }
  }
}
