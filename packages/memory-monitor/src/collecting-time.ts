/** Adds up the time that goes into collecting, and tells what share of all time that is. */
export class CollectingTime {
  #milliseconds = 0
  #since: number | undefined

  /** Takes in the time of one collection; what is no time counts as none. */
  add(milliseconds: number): void {
    if (milliseconds > 0) this.#milliseconds += milliseconds
  }

  /** The share of the time since the last call, 0…1; what was added begins anew. */
  take(now: number): number {
    const elapsed = now - (this.#since ?? now)
    const share = elapsed > 0 ? Math.min(1, this.#milliseconds / elapsed) : 0
    this.#since = now
    this.#milliseconds = 0
    return share
  }
}
