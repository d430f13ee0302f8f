import { resized } from '../policies/cells.ts'

const usual = 1
/** Costs beyond are as good as this: their sums must stay finite. */
const dearest = 1e15

/** What it costs to make the value in each slot again: four bytes each, once one costs other than 1. */
export class SlotCosts {
  #cells: Float32Array | undefined
  #capacity = 0

  of(slot: number): number {
    return this.#cells === undefined ? usual : (this.#cells[slot] ?? usual)
  }

  set(slot: number, cost: number): void {
    if (this.#cells === undefined) {
      if (cost === usual) return
      this.#cells = new Float32Array(this.#capacity).fill(usual)
    }
    this.#cells[slot] = Math.min(dearest, cost)
  }

  resize(capacity: number): void {
    this.#capacity = capacity
    if (this.#cells !== undefined)
      this.#cells = resized(this.#cells, new Float32Array(capacity).fill(usual))
  }

  clear(): void {
    this.#cells = undefined
  }
}
