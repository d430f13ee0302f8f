/** Gives up a place: in the queue, or among those that load. Calling it again does nothing. */
export type LeavePlace = () => void

interface Place {
  readonly begin: () => void
  state: 'waiting' | 'begun' | 'left'
  before: Place | undefined
  after: Place | undefined
}

/**
 * Lets so many loads go on at once, and the others wait in the order in which they came.
 *
 * A linked list, so that one that leaves from the middle leaves nothing behind: when whatever is loaded from hangs,
 * callers come and give up for as long as it does.
 */
export class LoadQueue {
  readonly #most: number
  #first: Place | undefined
  #last: Place | undefined
  #begun = 0
  #waiting = 0

  /** `most` is a positive integer, or `Infinity`. */
  constructor(most: number) {
    this.#most = most
  }

  /** How many have begun and not left. */
  get begun(): number {
    return this.#begun
  }

  /** How many wait for their turn. */
  get waiting(): number {
    return this.#waiting
  }

  /** Calls `begin`, which must not throw, when it has its turn: at once, if so many have not begun yet. */
  enter(begin: () => void): LeavePlace {
    const place: Place = { begin, state: 'waiting', before: this.#last, after: undefined }
    if (this.#last === undefined) this.#first = place
    else this.#last.after = place
    this.#last = place
    this.#waiting += 1
    this.#advance()
    return () => this.#leave(place)
  }

  #leave(place: Place): void {
    const { state } = place
    place.state = 'left'
    if (state === 'waiting') this.#unlink(place)
    else if (state === 'begun') {
      this.#begun -= 1
      this.#advance()
    }
  }

  #advance(): void {
    while (this.#begun < this.#most && this.#first !== undefined) {
      const place = this.#first
      this.#unlink(place)
      place.state = 'begun'
      this.#begun += 1
      place.begin()
    }
  }

  #unlink(place: Place): void {
    const { before, after } = place
    if (before === undefined) this.#first = after
    else before.after = after
    if (after === undefined) this.#last = before
    else after.before = before
    this.#waiting -= 1
  }
}
