/** How a contest is decided. */
export interface ContestOptions {
  /**
   * How sure it must be that a rule is better, in standard deviations of the difference.
   *
   * @defaultValue 3
   */
  readonly leastSigma?: number
  /**
   * The share of the misses of the present rule that another must save: less is not worth a change.
   *
   * @defaultValue 0.02
   */
  readonly leastGain?: number
  /**
   * The rule that is never far wrong: it need not be so sure to go back to that, which is 2.5 deviations.
   *
   * @defaultValue `undefined`: none.
   */
  readonly refuge?: number
}

const refugeSigma = 2.5

/**
 * Keeps the score of several rules on the same requests, and says which is better beyond doubt.
 *
 * Only requests count that one rule serves and another does not: as many one way as the other is what chance would
 * bring (McNemar, 1947). So a large difference shows after a few dozen requests, and a small one is waited for.
 */
export class Contest {
  readonly #rules: number
  readonly #leastSigma: number
  readonly #leastGain: number
  readonly #refuge: number | undefined
  /** For each pair, requests that the one served and the other did not. */
  readonly #wins: Float64Array
  readonly #misses: Float64Array

  constructor(rules: number, { leastSigma = 3, leastGain = 0.02, refuge }: ContestOptions = {}) {
    this.#rules = rules
    this.#leastSigma = leastSigma
    this.#leastGain = leastGain
    this.#refuge = refuge
    this.#wins = new Float64Array(rules * rules)
    this.#misses = new Float64Array(rules)
  }

  /** Takes in one request: a bit for each rule that served it. */
  count(served: number): void {
    const rules = this.#rules
    for (let rule = 0; rule < rules; rule++) {
      if ((served & (1 << rule)) === 0) this.#misses[rule] = (this.#misses[rule] ?? 0) + 1
      else {
        for (let other = 0; other < rules; other++) {
          if ((served & (1 << other)) !== 0) continue
          const pair = rule * rules + other
          this.#wins[pair] = (this.#wins[pair] ?? 0) + 1
        }
      }
    }
  }

  /** The rule that has beaten `present` by most, or `present` itself while that is not sure. */
  best(present: number): number {
    let best = present
    let most = this.#leastGain * (this.#misses[present] ?? 0)
    for (let rule = 0; rule < this.#rules; rule++) {
      const won = this.#wins[rule * this.#rules + present] ?? 0
      const lost = this.#wins[present * this.#rules + rule] ?? 0
      const lead = won - lost
      const sigma = rule === this.#refuge ? refugeSigma : this.#leastSigma
      if (lead > most && lead > sigma * Math.sqrt(won + lost)) {
        best = rule
        most = lead
      }
    }
    return best
  }

  /** Lets what was count for less. */
  fade(share: number): void {
    for (let pair = 0; pair < this.#wins.length; pair++)
      this.#wins[pair] = (this.#wins[pair] ?? 0) * share
    for (let rule = 0; rule < this.#rules; rule++)
      this.#misses[rule] = (this.#misses[rule] ?? 0) * share
  }

  clear(): void {
    this.fade(0)
  }
}
