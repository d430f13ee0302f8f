import { closeSync, openSync, readSync } from 'node:fs'

const zero = 48
const nine = 57
const newline = 10

/**
 * A small kernel file that stays open and is read anew each time from its start.
 *
 * About ten times cheaper than opening it for each reading, and no garbage: numbers are parsed from the
 * buffer in place.
 */
export class KeptFile {
  readonly #descriptor: number
  readonly #buffer: Buffer
  #length = 0

  /** @throws the error of the file system when the file cannot be opened. */
  constructor(path: string, capacity = 8192) {
    this.#descriptor = openSync(path, 'r')
    this.#buffer = Buffer.allocUnsafe(capacity)
  }

  /** @throws the error of the file system when the file cannot be read any more. */
  read(): this {
    this.#length = readSync(this.#descriptor, this.#buffer, 0, this.#buffer.length, 0)
    return this
  }

  /** The whole content as one decimal number, or `undefined` when it is anything else (such as `max`). */
  number(): number | undefined {
    const end = this.#numberEnd(0)
    return end === this.#length || this.#buffer[end] === newline ? this.#digits(0, end) : undefined
  }

  /** The number on the line `<name> <number>`, or `undefined` without one; `line` is `'\n<name> '`. */
  field(line: Buffer): number | undefined {
    const first = this.#buffer.compare(line, 1, line.length, 0, line.length - 1) === 0
    const found = first ? -1 : this.#buffer.indexOf(line)
    if (!first && found < 0) return undefined
    // A match behind the end was read earlier, and no digit there counts.
    const start = found + line.length
    return this.#digits(start, this.#numberEnd(start))
  }

  close(): void {
    closeSync(this.#descriptor)
  }

  #numberEnd(start: number): number {
    let end = start
    while (end < this.#length) {
      const byte = this.#buffer[end] ?? 0
      if (byte < zero || byte > nine) break
      end++
    }
    return end
  }

  #digits(start: number, end: number): number | undefined {
    if (end === start) return undefined
    let value = 0
    for (let index = start; index < end; index++)
      value = value * 10 + (this.#buffer[index] ?? zero) - zero
    return value
  }
}
