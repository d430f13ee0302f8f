import { resized } from '../policies/cells.ts'

/** Stands for more bytes than fit a cell, which are kept apart: there cannot be many entries that large. */
const mostInCell = 2 ** 16 - 1

/** The bytes of the entry in each slot, two bytes each, and their sum. */
export class SlotSizes {
  #cells: Uint16Array = new Uint16Array(0)
  readonly #large = new Map<number, number>()
  #sum = 0

  get sum(): number {
    return this.#sum
  }

  of(slot: number): number {
    const bytes = this.#cells[slot] ?? 0
    return bytes === mostInCell ? (this.#large.get(slot) ?? bytes) : bytes
  }

  /** Sets the bytes of a slot, 0 where it is free. */
  set(slot: number, bytes: number): void {
    const before = this.of(slot)
    this.#sum += bytes - before
    if (before >= mostInCell) this.#large.delete(slot)
    if (bytes >= mostInCell) this.#large.set(slot, bytes)
    this.#cells[slot] = Math.min(mostInCell, bytes)
  }

  rename(from: number, to: number): void {
    const bytes = this.of(from)
    this.set(from, 0)
    this.set(to, bytes)
  }

  resize(capacity: number): void {
    this.#cells = resized(this.#cells, new Uint16Array(capacity))
  }

  clear(): void {
    this.#cells = new Uint16Array(0)
    this.#large.clear()
    this.#sum = 0
  }
}
