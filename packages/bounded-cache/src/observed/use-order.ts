import { resized } from '../policies/cells.ts'

/** Moments for each key: the more, the more memory, and the more seldom they are numbered anew. */
const momentsPerKey = 2
const never = 0
const nobody = 0xffff

/**
 * Weights in the order in which they were last used, and how much was used since.
 *
 * A Fenwick tree over the moments of last use (Fenwick, 1994; for stack distances: Bennett and Kruskal, 1975). When all
 * moments are taken, those that still count are numbered anew: a linear step in as many uses.
 */
export class UseOrder {
  /** By number: the moment of its last use, or `never`, and its weight. */
  #moments: Uint16Array
  #weights: Float64Array
  /** By moment: who was last used in it, or `nobody`. */
  #users: Uint16Array
  #tree: Float64Array
  #next = 1
  #oldest = 1
  #sum = 0

  /** For numbers below `capacity`, at most 16,384. */
  constructor(capacity: number) {
    this.#moments = new Uint16Array(capacity)
    this.#weights = new Float64Array(capacity)
    this.#users = new Uint16Array(momentsPerKey * capacity + 1).fill(nobody)
    this.#tree = new Float64Array(this.#users.length)
  }

  /** What all weigh together. */
  get sum(): number {
    return this.#sum
  }

  get byteLength(): number {
    const lists = [this.#moments, this.#weights, this.#users, this.#tree]
    return lists.reduce((sum, { byteLength }) => sum + byteLength, 0)
  }

  holds(number: number): boolean {
    return this.#moments[number] !== never
  }

  weight(number: number): number {
    return this.#weights[number] ?? 0
  }

  /** What was used since this was used weighs so much; this itself not. */
  since(number: number): number {
    const moment = this.#moments[number] ?? never
    let upTo = 0
    for (let at = moment; at > 0; at &= at - 1) upTo += this.#tree[at] ?? 0
    return this.#sum - upTo
  }

  /** Makes a number, which need not have been there, the one used last. */
  use(number: number, weight: number): void {
    if (this.#next >= this.#users.length) this.#renumber()
    const before = this.#moments[number] ?? never
    const moment = this.#next++
    this.#moments[number] = moment
    this.#users[moment] = number
    if (before === never) this.#add(moment, weight)
    else {
      this.#users[before] = nobody
      this.#move(before, moment, this.weight(number))
      if (weight !== this.weight(number)) this.#add(moment, weight - this.weight(number))
    }
    this.#weights[number] = weight
  }

  /** Changes a weight where it stands. */
  reweigh(number: number, weight: number): void {
    const moment = this.#moments[number] ?? never
    if (moment === never) return
    this.#add(moment, weight - this.weight(number))
    this.#weights[number] = weight
  }

  remove(number: number): void {
    const moment = this.#moments[number] ?? never
    if (moment === never) return
    this.#add(moment, -this.weight(number))
    this.#users[moment] = nobody
    this.#moments[number] = never
    this.#weights[number] = 0
  }

  /** The number that was not used for the longest, or `undefined` without any. */
  oldest(): number | undefined {
    for (; this.#oldest < this.#next; this.#oldest++) {
      const user = this.#users[this.#oldest] ?? nobody
      if (user !== nobody) return user
    }
    return undefined
  }

  /** Makes room for more numbers. */
  grow(capacity: number): void {
    this.#moments = resized(this.#moments, new Uint16Array(capacity))
    this.#weights = resized(this.#weights, new Float64Array(capacity))
    const users = new Uint16Array(momentsPerKey * capacity + 1).fill(nobody)
    this.#users = resized(this.#users, users)
    this.#tree = new Float64Array(users.length)
    this.#renumber()
  }

  #renumber(): void {
    const users = this.#users
    this.#tree.fill(0)
    let next = 1
    for (let moment = 1; moment < this.#next; moment++) {
      const user = users[moment] ?? nobody
      if (user === nobody) continue
      users[moment] = nobody
      users[next] = user
      this.#moments[user] = next
      this.#tree[next] = this.weight(user)
      next++
    }
    this.#next = next
    this.#oldest = 1
    const { length } = this.#tree
    for (let at = 1; at < length; at++) {
      const above = at + (at & -at)
      if (above < length) this.#tree[above] = (this.#tree[above] ?? 0) + (this.#tree[at] ?? 0)
    }
  }

  /** Takes a weight from one moment to another; the sums that have both in them stay as they are. */
  #move(from: number, to: number, weight: number): void {
    const { length } = this.#tree
    let [less, more] = [from, to]
    while (less !== more) {
      if (less < more) {
        this.#tree[less] = (this.#tree[less] ?? 0) - weight
        less = Math.min(length, less + (less & -less))
      } else {
        this.#tree[more] = (this.#tree[more] ?? 0) + weight
        more = Math.min(length, more + (more & -more))
      }
    }
  }

  #add(moment: number, weight: number): void {
    this.#sum += weight
    const { length } = this.#tree
    for (let at = moment; at < length; at += at & -at)
      this.#tree[at] = (this.#tree[at] ?? 0) + weight
  }
}
