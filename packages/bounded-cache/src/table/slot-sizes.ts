import { resized } from '../policies/cells.ts'

/** The most bytes that fit a cell; what is larger is kept apart. */
const mostInCell = 2 ** 32 - 1

/** The bytes of the entry in each slot, four bytes each, and their sum. */
export class SlotSizes {
  #cells: Uint32Array = new Uint32Array(0)
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
    this.#cells = resized(this.#cells, new Uint32Array(capacity))
  }

  clear(): void {
    this.#cells = new Uint32Array(0)
    this.#large.clear()
    this.#sum = 0
  }
}
