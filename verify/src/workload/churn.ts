import { seededRandom } from '../harness/random.ts'
import { type Block, heapBlock } from './heap-block.ts'
import { Pacer } from './pacer.ts'

/**
 * Allocation that is soon garbage. Blocks stand in a ring until others take their place: long enough to be
 * promoted, so that the old generation rises and falls as that of a server does.
 */
export class Churn {
  readonly #pacer: Pacer
  readonly #random: () => number
  readonly #ringBytes: number
  #ring: { readonly block: Block; readonly bytes: number }[] = []
  #held = 0

  constructor(rate: number, ringBytes: number, seed: number) {
    this.#pacer = new Pacer(rate)
    this.#ringBytes = ringBytes
    this.#random = seededRandom(seed)
  }

  /** Bytes that the ring holds. */
  get heldBytes(): number {
    return this.#held
  }

  step(): void {
    // Uneven, as requests are.
    const bytes = this.#pacer.due() * (0.5 + this.#random())
    if (bytes <= 0) return
    this.#ring.push({ block: heapBlock(bytes), bytes })
    this.#held += bytes
    while (this.#held > this.#ringBytes) {
      const oldest = this.#ring.shift()
      if (oldest === undefined) break
      this.#held -= oldest.bytes
    }
  }

  clear(): void {
    this.#ring = []
    this.#held = 0
  }
}
