import type { Setting, Simulator } from '../src/policies/simulators/simulator.ts'

/** Simulators as plain as they can be: arrays, newest first, searched from end to end. */
interface Held {
  readonly key: number
  visits: number
}

function find(list: readonly Held[], key: number): Held | undefined {
  return list.find((held) => held.key === key)
}

function drop(list: Held[], key: number): void {
  list.splice(
    list.findIndex((held) => held.key === key),
    1,
  )
}

function weightOf(list: readonly Held[], weights: Float64Array): number {
  return list.reduce((sum, { key }) => sum + (weights[key] ?? 0), 0)
}

/** A queue in which a key that was visited gets another round. */
export function naiveClock({ capacity, weights }: Setting): Simulator {
  const queue: Held[] = []
  return {
    access(key) {
      const held = find(queue, key)
      if (held !== undefined) {
        held.visits = 1
        return true
      }
      const weight = weights[key] ?? 0
      if (weight > capacity) return false
      while (weightOf(queue, weights) + weight > capacity) {
        const oldest = queue.pop()
        if (oldest !== undefined && oldest.visits > 0) queue.unshift({ key: oldest.key, visits: 0 })
      }
      queue.unshift({ key, visits: 0 })
      return false
    },
  }
}

/** A hand that walks towards the newest key and evicts the first that was not visited. */
export function naiveSieve({ capacity, weights }: Setting, mostVisits: number): Simulator {
  const queue: Held[] = []
  let hand: Held | undefined
  const evict = (): void => {
    for (;;) {
      const index = hand === undefined ? queue.length - 1 : queue.indexOf(hand)
      const held = queue[index]
      hand = queue[index - 1]
      if (held === undefined) continue
      if (held.visits === 0) {
        queue.splice(index, 1)
        return
      }
      held.visits -= 1
    }
  }
  return {
    access(key) {
      const held = find(queue, key)
      if (held !== undefined) {
        held.visits = Math.min(mostVisits, held.visits + 1)
        return true
      }
      const weight = weights[key] ?? 0
      if (weight > capacity) return false
      while (weightOf(queue, weights) + weight > capacity) evict()
      queue.unshift({ key, visits: 0 })
      return false
    },
  }
}

/** S3-FIFO with three arrays. */
export function naiveS3Fifo({ capacity, weights }: Setting): Simulator {
  const small: Held[] = []
  const main: Held[] = []
  const ghosts: Held[] = []
  const mainCapacity = capacity - Math.floor(capacity / 10)
  const ghostCapacity = Math.floor(capacity * 0.9)
  const remember = (key: number): void => {
    const weight = weights[key] ?? 0
    if (weight > ghostCapacity) return
    while (weightOf(ghosts, weights) + weight > ghostCapacity) ghosts.pop()
    ghosts.unshift({ key, visits: 0 })
  }
  const evictMain = (): void => {
    for (let last = main.pop(); last !== undefined; last = main.pop()) {
      if (last.visits === 0) return
      main.unshift({ key: last.key, visits: last.visits - 1 })
    }
  }
  const evictSmall = (): void => {
    for (let last = small.pop(); last !== undefined; last = small.pop()) {
      if (last.visits < 2) {
        remember(last.key)
        return
      }
      main.unshift({ key: last.key, visits: 0 })
    }
  }
  return {
    access(key) {
      const held = find(small, key) ?? find(main, key)
      if (held !== undefined) {
        held.visits = Math.min(3, held.visits + 1)
        return true
      }
      const weight = weights[key] ?? 0
      if (weight > capacity) return false
      const known = find(ghosts, key) !== undefined
      if (known) drop(ghosts, key)
      while (weightOf([...small, ...main], weights) + weight > capacity) {
        if (weightOf(main, weights) > mainCapacity || small.length === 0) evictMain()
        else evictSmall()
      }
      const list = known ? main : small
      list.unshift({ key, visits: 0 })
      return false
    },
  }
}

/** The most worth, by looking at all: requests × cost / weight, plus the age when it was last requested. */
export function naiveGdsf({ capacity, weights, costs }: Setting): Simulator {
  const held = new Map<number, { requests: number; worth: number }>()
  let age = 0
  const weigh = (): number => [...held.keys()].reduce((sum, key) => sum + (weights[key] ?? 0), 0)
  return {
    access(key) {
      const weight = weights[key] ?? 0
      const entry = held.get(key)
      if (entry === undefined) {
        if (weight > capacity) return false
        while (weigh() + weight > capacity) {
          const [least] = [...held].sort(([, one], [, other]) => one.worth - other.worth)
          if (least === undefined) break
          age = least[1].worth
          held.delete(least[0])
        }
      }
      const requests = (entry?.requests ?? 0) + 1
      held.set(key, { requests, worth: age + (requests * (costs[key] ?? 0)) / weight })
      return entry !== undefined
    },
  }
}

/** ARC by the letter of figure 4 of its paper, with four arrays; capacities are in entries. */
export function naiveArc({ capacity }: Setting): Simulator {
  const [t1, t2, b1, b2]: [number[], number[], number[], number[]] = [[], [], [], []]
  let p = 0
  const take = (list: number[], key: number): boolean => {
    const index = list.indexOf(key)
    if (index !== -1) list.splice(index, 1)
    return index !== -1
  }
  const move = (from: number[], to: number[]): void => {
    const key = from.pop()
    if (key !== undefined) to.unshift(key)
  }
  const replace = (inB2: boolean): void => {
    if (t1.length >= 1 && ((inB2 && t1.length === p) || t1.length > p)) move(t1, b1)
    else move(t2, b2)
  }
  return {
    access(key) {
      if (take(t1, key) || take(t2, key)) {
        t2.unshift(key)
        return true
      }
      if (b1.includes(key)) {
        p = Math.min(capacity, p + Math.max(b2.length / b1.length, 1))
        replace(false)
        take(b1, key)
        t2.unshift(key)
        return false
      }
      if (b2.includes(key)) {
        p = Math.max(0, p - Math.max(b1.length / b2.length, 1))
        replace(true)
        take(b2, key)
        t2.unshift(key)
        return false
      }
      const all = t1.length + t2.length + b1.length + b2.length
      if (t1.length + b1.length === capacity) {
        if (t1.length < capacity) {
          b1.pop()
          replace(false)
        } else t1.pop()
      } else if (all >= capacity) {
        if (all === 2 * capacity) b2.pop()
        replace(false)
      }
      t1.unshift(key)
      return false
    },
  }
}

/** The most hits that any choice of what to keep gives: every choice is tried. */
export function mostHits(requests: readonly number[], capacity: number): number {
  const known = new Map<string, number>()
  const best = (index: number, held: readonly number[]): number => {
    const key = requests[index]
    if (key === undefined) return 0
    const state = `${index}:${held.join()}`
    const seen = known.get(state)
    if (seen !== undefined) return seen
    let most: number
    if (held.includes(key)) most = 1 + best(index + 1, held)
    else {
      const kept =
        held.length < capacity
          ? [[...held, key]]
          : held.map((out) => [...held.filter((one) => one !== out), key])
      most = Math.max(...[held, ...kept].map((next) => best(index + 1, next.toSorted())))
    }
    known.set(state, most)
    return most
  }
  return best(0, [])
}
