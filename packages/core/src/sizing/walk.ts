/** How many objects are remembered in a list; beyond, in a set. */
const fewObjects = 48
/** Places in the table of short texts; a text has one place, and drives out who was there. */
const textPlaces = 128

// Kept from one estimate to the next, for making it would take longer than using it; what is in it is a few characters
// each. A text counts only for the estimate that put it there.
const texts: string[] = []
const putBy: number[] = []
let walks = 0

/** One estimate under way: how much may still be looked at, and what was. */
export class Walk {
  /** Values that may still be looked at. */
  left: number
  /** How many properties had a getter. */
  accessors = 0
  /** Whether properties are read without a look at how they are defined, which takes as long again. */
  trusting = false
  /** How often something came that was counted before. */
  shared = 0
  #objects = 0
  #bytes = 0
  readonly #first: object[] = []
  #all: Set<object> | undefined
  #looksAtTexts = false
  readonly #number: number

  constructor(nodes: number) {
    this.left = nodes
    walks = (walks + 1) & 0x3fffffff
    this.#number = walks
  }

  /** Whether an object comes for the first time. */
  isNew(value: object): boolean {
    if (this.#isKnown(value)) {
      this.shared += 1
      return false
    }
    if (this.#all !== undefined) this.#all.add(value)
    else if (this.#first.push(value) > fewObjects) this.#all = new Set(this.#first)
    return true
  }

  #isKnown(value: object): boolean {
    if (this.#all !== undefined) return this.#all.has(value)
    const first = this.#first
    for (let at = 0; at < first.length; at++) if (first[at] === value) return true
    return false
  }

  /** Whether a short text came before among rows, where the same words come again and again. */
  isRepeated(text: string): boolean {
    if (!this.#looksAtTexts || text === '') return false
    const { length } = text
    const mixed = text.charCodeAt(0) * 31 + text.charCodeAt(length - 1) * 7 + length
    const place = mixed & (textPlaces - 1)
    if (putBy[place] === this.#number && texts[place] === text) return true
    putBy[place] = this.#number
    texts[place] = text
    return false
  }

  /** Looks at texts from now on. */
  rememberTexts(): void {
    if (this.#looksAtTexts) return
    this.#looksAtTexts = true
    for (let place = texts.length; place < textPlaces; place++) {
      texts.push('')
      putBy.push(0)
    }
  }

  /** Notes what an object has itself. */
  count(bytes: number): void {
    this.#objects += 1
    this.#bytes += bytes
  }

  /** What an object that cannot be looked at any more is taken to have. */
  get typical(): number {
    return this.#objects === 0 ? 24 : this.#bytes / this.#objects
  }
}
