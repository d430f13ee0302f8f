import { bendOf } from './bend.ts'
import { type Trend, trendOf } from './trend.ts'

/** Points kept at the most; all pairs of them make 276 slopes. */
const capacity = 24
/** Points closer than this many milliseconds count as one, at first and at the most. */
const leastSpacing = 250
const mostSpacing = 4_000

/** A share of a death point beyond this is no measurement. */
const mostShare = 10

/**
 * Confirmed shares of a death point over time, as many as fit in a fixed number of points, and the
 * line through them.
 *
 * While one line holds, neighbours are joined to make room, so that the memory of it reaches back
 * up to a minute and a half. Where it bends, what came before is forgotten: a start that was steep
 * says nothing of what follows.
 */
export class Series {
  #times: number[] = []
  #values: number[] = []
  #spacing = leastSpacing
  #openedAt = Number.NEGATIVE_INFINITY
  #trend: Trend | undefined
  #fitted = true

  /** The line through the points since the last bend; `undefined` until there are four. */
  get trend(): Trend | undefined {
    // Not with every point: collections come faster than anybody asks.
    if (!this.#fitted) this.#fit()
    return this.#trend
  }

  /** How far the newest share is above the least. */
  get rise(): number {
    let least = this.latest
    for (const value of this.#values) if (value < least) least = value
    return this.latest - least
  }

  get size(): number {
    return this.#times.length
  }

  /** When the newest point was taken; -Infinity without any. */
  get latestAt(): number {
    return this.#times.at(-1) ?? Number.NEGATIVE_INFINITY
  }

  /** The newest share; 0 without any. */
  get latest(): number {
    return this.#values.at(-1) ?? 0
  }

  /** The time between the oldest and the newest point, in milliseconds. */
  get span(): number {
    return this.size === 0 ? 0 : this.latestAt - (this.#times[0] ?? 0)
  }

  /** Adds a point; what is no measurement is left out, and a clock that went back begins anew. */
  add(value: number, at: number): void {
    if (!(value >= 0 && value <= mostShare && Number.isFinite(at))) return
    if (at < this.latestAt) this.clear()
    const last = this.size - 1
    if (at - this.#openedAt < this.#spacing && last >= 0) {
      // The least of some that lie close: a collection that ran while the program allocated left
      // more than is live.
      if (value > this.latest) return
      this.#times[last] = at
      this.#values[last] = value
    } else {
      if (this.size === capacity && !this.#fitted) this.#fit()
      if (this.size === capacity) this.#thin()
      this.#times.push(at)
      this.#values.push(value)
      this.#openedAt = at
    }
    this.#fitted = false
  }

  clear(): void {
    this.#times = []
    this.#values = []
    this.#spacing = leastSpacing
    this.#openedAt = Number.NEGATIVE_INFINITY
    this.#trend = undefined
    this.#fitted = true
  }

  #fit(): void {
    for (let bend = this.#bend(); bend !== undefined; bend = this.#bend()) {
      this.#times.splice(0, bend)
      this.#values.splice(0, bend)
      this.#spacing = leastSpacing
    }
    this.#trend = trendOf(this.#times, this.#values)
    this.#fitted = true
  }

  #bend(): number | undefined {
    return bendOf(this.#times, this.#values)
  }

  /** Joins neighbours, or forgets the oldest once they stand far apart. */
  #thin(): void {
    if (this.#spacing >= mostSpacing) {
      this.#times.shift()
      this.#values.shift()
      return
    }
    this.#spacing *= 2
    this.#times = joinPairs(this.#times)
    this.#values = joinPairs(this.#values)
  }
}

function joinPairs(numbers: readonly number[]): number[] {
  const joined: number[] = []
  for (let index = 0; index + 1 < numbers.length; index += 2)
    joined.push(((numbers[index] ?? 0) + (numbers[index + 1] ?? 0)) / 2)
  return joined
}
