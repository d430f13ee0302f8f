import { mostLooks } from './sampled.ts'

/** The most of a Map or Set that is run through: there is no way to the middle of one but past the front. */
const furthest = 512

const sizeOfMap = Object.getOwnPropertyDescriptor(Map.prototype, 'size')?.get
const sizeOfSet = Object.getOwnPropertyDescriptor(Set.prototype, 'size')?.get

/** Entries of a Map or members of a Set, evenly spread over its front. */
export interface Picked<T> {
  readonly items: readonly T[]
  /** How many there are. */
  readonly of: number
}

/** Some entries of a Map; throws for what is none. Methods of a subclass are passed by. */
export function entriesOf(map: ReadonlyMap<unknown, unknown>): Picked<readonly [unknown, unknown]> {
  return picked(Map.prototype.entries.call(map), sizeOfMap?.call(map))
}

/** Some members of a Set; throws for what is none. Methods of a subclass are passed by. */
export function membersOf(set: ReadonlySet<unknown>): Picked<unknown> {
  return picked(Set.prototype.values.call(set), sizeOfSet?.call(set))
}

function picked<T>(all: Iterable<T>, size: number): Picked<T> {
  const reach = Math.min(size, furthest)
  const stride = Math.max(1, Math.floor(reach / mostLooks))
  const items: T[] = []
  let at = 0
  for (const item of all) {
    if (at % stride === 0) items.push(item)
    at += 1
    if (at >= reach) break
  }
  return { items, of: size }
}
