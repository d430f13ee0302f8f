/** How many lookups a write makes before its event: one for the value it replaces, one to build the query. */
const lookupsOfWrite = 2

/**
 * Counts what lookups in a query cache found: a hit is a query with data, a miss is no query.
 *
 * One that finds a query still waiting for its data is neither. Writes look up as well, and are told apart
 * by the event that follows.
 */
export class Lookups {
  hits = 0
  misses = 0
  #hash: string | undefined
  #found: boolean | undefined
  /** How many lookups in a row had this key and this outcome. */
  #run = 0

  /** Counts one; `found` is `undefined` for a query without data. */
  count(hash: string, found: boolean | undefined): void {
    if (hash !== this.#hash || found !== this.#found) {
      this.#hash = hash
      this.#found = found
      this.#run = 0
    }
    this.#run += 1
    if (found === true) this.hits += 1
    else if (found === false) this.misses += 1
  }

  /** Takes back the lookups that turn out to belong to a write of this key. */
  discount(hash: string): void {
    if (hash !== this.#hash) return
    const lookups = Math.min(this.#run, lookupsOfWrite)
    if (this.#found === true) this.hits -= lookups
    else if (this.#found === false) this.misses -= lookups
    this.#hash = undefined
  }
}
