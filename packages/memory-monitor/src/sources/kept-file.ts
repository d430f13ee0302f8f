import { closeSync, constants, openSync, readSync } from 'node:fs'

const zero = 48
const nine = 57
const newline = 10
const carriageReturn = 13
const space = 32
/** Digits of the largest number a kernel writes, 2^64. */
const mostDigits = 20
// A pipe in place of a file would otherwise hold the whole program until somebody writes to it.
const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/**
 * A small kernel file that stays open and is read anew each time from its start.
 *
 * About ten times cheaper than opening it for each reading, and no garbage: numbers are parsed from
 * the buffer in place. What does not fit the buffer is not read, and a number it cuts off is none.
 */
export class KeptFile {
  readonly #descriptor: number
  readonly #buffer: Buffer
  #length = 0

  /** @throws the error of the file system when the file cannot be opened. */
  constructor(path: string, capacity = 8192) {
    this.#descriptor = openSync(path, flags)
    this.#buffer = Buffer.allocUnsafe(capacity)
  }

  /** Opens a file, or returns `undefined` when it cannot be opened. */
  static tryOpen(path: string): KeptFile | undefined {
    try {
      return new KeptFile(path)
    } catch {
      return undefined
    }
  }

  /** @throws the error of the file system when the file cannot be read any more. */
  read(): this {
    this.#length = 0
    this.#length = readSync(this.#descriptor, this.#buffer, 0, this.#buffer.length, 0)
    return this
  }

  /**
   * The whole content as one decimal number, or `undefined` when it is anything
   * else (such as `max`).
   */
  number(): number | undefined {
    const end = this.#numberEnd(0)
    return this.#lineEndsAt(end) ? this.#digits(0, end) : undefined
  }

  /** Whether the content is this word, on a line of its own. */
  is(word: Buffer): boolean {
    const { length } = word
    if (this.#length < length || this.#buffer.compare(word, 0, length, 0, length) !== 0)
      return false
    return this.#lineEndsAt(length)
  }

  /**
   * The number on the line `<name> <number>`, or `undefined` without one; `line` is `'\n<name> '`.
   */
  field(line: Buffer): number | undefined {
    return this.#numberAt(this.#lineStart(line))
  }

  /** The number behind `label` on the line that starts with `line`, or `undefined` without one. */
  labelled(line: Buffer, label: Buffer): number | undefined {
    const start = this.#lineStart(line)
    if (start < 0) return undefined
    const found = this.#buffer.indexOf(label, start)
    const end = this.#buffer.indexOf(newline, start)
    return found < 0 || (end >= 0 && end < found) ? undefined : this.#numberAt(found + label.length)
  }

  /** Never throws: whoever closed it before did the same. */
  close(): void {
    try {
      closeSync(this.#descriptor)
    } catch {}
  }

  /** Where the text behind the start of a line begins, or -1 without such a line. */
  #lineStart(line: Buffer): number {
    if (this.#buffer.compare(line, 1, line.length, 0, line.length - 1) === 0) return line.length - 1
    const found = this.#buffer.indexOf(line)
    return found < 0 ? -1 : found + line.length
  }

  #numberAt(position: number): number | undefined {
    if (position < 0) return undefined
    let start = position
    while (start < this.#length && this.#buffer[start] === space) start++
    // A match behind the end was read earlier, and no digit there counts.
    return this.#digits(start, this.#numberEnd(start))
  }

  #lineEndsAt(end: number): boolean {
    const next = this.#buffer[end] === carriageReturn ? end + 1 : end
    return end === this.#length || (next < this.#length && this.#buffer[next] === newline)
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
    const cutOff = end === this.#buffer.length
    if (end <= start || end - start > mostDigits || cutOff) return undefined
    let value = 0
    for (let index = start; index < end; index++)
      value = value * 10 + ((this.#buffer[index] ?? zero) - zero)
    return value
  }
}

/** Bytes that tables in `/proc` seldom exceed. */
const usualText = 2 ** 14

function grown(buffer: Buffer, limit: number): Buffer {
  const larger = Buffer.allocUnsafe(Math.min(limit, 4 * buffer.length))
  buffer.copy(larger)
  return larger
}

/** The lines in the first `limit` bytes of a file, or `undefined` when it cannot be read. */
export function readText(path: string, limit: number): string | undefined {
  let descriptor: number | undefined
  try {
    descriptor = openSync(path, flags)
    let buffer: Buffer = Buffer.allocUnsafe(Math.min(limit, usualText))
    let length = 0
    // Files of /proc are handed out a page at a time.
    for (let read = -1; read !== 0 && length < limit; length += read) {
      if (length === buffer.length) buffer = grown(buffer, limit)
      read = readSync(descriptor, buffer, length, buffer.length - length, null)
    }
    // A line that is cut off could name another group.
    const end = length < limit ? length : buffer.lastIndexOf(newline, length - 1) + 1
    return buffer.toString('utf8', 0, end)
  } catch {
    return undefined
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}
