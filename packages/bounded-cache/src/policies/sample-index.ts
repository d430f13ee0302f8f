import { resized } from './cells.ts'

/** Stands for no key of the sample. */
export const unsampled = -1

/**
 * Numbers each of a few tags of 32 bits, from 0, and finds the number of a tag.
 *
 * Open addressing with linear probing; what is removed is filled from behind (Knuth, vol. 3, 6.4, algorithm R), so
 * that nothing is left to step over. A `Map` would make an object for each tag that is no small integer.
 */
export class SampleIndex {
  /** For each cell the number in it and 1, or 0; never more than half of them are taken. */
  #cells: Uint16Array
  #tags: Uint32Array
  #free: Uint16Array
  #taken = 0

  /** For so many tags, a power of two up to 32,768. */
  constructor(capacity: number) {
    this.#cells = new Uint16Array(2 * capacity)
    this.#tags = new Uint32Array(capacity)
    this.#free = numbersUpTo(capacity)
  }

  get size(): number {
    return this.#taken
  }

  get capacity(): number {
    return this.#tags.length
  }

  get byteLength(): number {
    return this.#cells.byteLength + this.#tags.byteLength + this.#free.byteLength
  }

  /** The tag that has a number. */
  tagOf(number: number): number {
    return this.#tags[number] ?? 0
  }

  /** The number of a tag, or {@link unsampled}. */
  find(tag: number): number {
    return (this.#cells[this.#cellOf(tag)] ?? 0) - 1
  }

  /** Gives a number to a tag that has none; there must be room. */
  add(tag: number): number {
    const number = this.#free[this.#taken++] ?? 0
    this.#tags[number] = tag
    this.#cells[this.#cellOf(tag)] = number + 1
    return number
  }

  /** Takes the number of a tag away, to be given to another. */
  remove(number: number): void {
    const cells = this.#cells
    const mask = cells.length - 1
    let hole = this.#cellOf(this.tagOf(number))
    for (let cell = (hole + 1) & mask; cells[cell] !== 0; cell = (cell + 1) & mask) {
      const home = this.tagOf((cells[cell] ?? 0) - 1) & mask
      // Found from its home even so, unless the hole lies between the two.
      if (((cell - home) & mask) < ((cell - hole) & mask)) continue
      cells[hole] = cells[cell] ?? 0
      hole = cell
    }
    cells[hole] = 0
    this.#free[--this.#taken] = number
  }

  /** Makes room for so many tags; all that is held keeps its number. All numbers must be taken. */
  grow(capacity: number): void {
    const before = this.#taken
    this.#tags = resized(this.#tags, new Uint32Array(capacity))
    this.#free = numbersUpTo(capacity)
    this.#cells = new Uint16Array(2 * capacity)
    for (let number = 0; number < before; number++)
      this.#cells[this.#cellOf(this.tagOf(number))] = number + 1
  }

  /** The cell of a tag, or the one that it would be put into. */
  #cellOf(tag: number): number {
    const mask = this.#cells.length - 1
    let cell = tag & mask
    for (;;) {
      const held = this.#cells[cell] ?? 0
      if (held === 0 || this.#tags[held - 1] === tag) return cell
      cell = (cell + 1) & mask
    }
  }
}

function numbersUpTo(count: number): Uint16Array {
  return Uint16Array.from({ length: count }, (_, index) => index)
}
