import { vacant, watched } from '../policies/use-counts.ts'

/** Told uses in a row, without an entry that comes in: up to four for each key that is sampled. */
const mostInRow = 4_096

/**
 * Which uses of marked entries are told to those who learn from them.
 *
 * Where nothing is missed there is little to learn, and to tell of a use takes far longer than the use: so marks are
 * taken away while nothing but hits come, and put back when an entry comes in.
 */
export class Watch {
  #inRow = 0
  /** The slots whose mark was taken away. */
  readonly #resting: number[] = []

  /** Whether to tell of a use of a slot that is marked; where not, its mark is gone for now. */
  tells(uses: Uint8Array, slot: number): boolean {
    if (++this.#inRow <= mostInRow) return true
    uses[slot] = (uses[slot] ?? 0) & ~watched
    this.#resting.push(slot)
    return false
  }

  /** Puts the marks back, before an entry comes in, is taken out or gets another slot. */
  wake(uses: Uint8Array): void {
    this.#inRow = 0
    if (this.#resting.length > 0) this.#restore(uses)
  }

  clear(): void {
    this.#inRow = 0
    this.#resting.length = 0
  }

  #restore(uses: Uint8Array): void {
    for (const slot of this.#resting) {
      const held = uses[slot] ?? vacant
      if (held !== vacant) uses[slot] = held | watched
    }
    this.#resting.length = 0
  }
}
