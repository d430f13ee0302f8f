import { seeded } from '../zipf.ts'

/** The same items in an order that the seed decides. */
export function shuffled<Item>(items: readonly Item[], seed: number): readonly Item[] {
  const copy = [...items]
  shuffleInPlace(copy, seed)
  return copy
}

/** Puts items into an order that the seed decides. */
export function shuffleInPlace(items: unknown[], seed: number): void {
  const random = seeded(seed)
  for (let last = items.length - 1; last > 0; last--) {
    const at = Math.floor(random() * (last + 1))
    const moved = items[last]
    items[last] = items[at]
    items[at] = moved
  }
}

/** Items in groups of at most `size`, each with the item that all others are compared with. */
export function cohorts<Item>(
  items: readonly Item[],
  base: Item,
  size: number,
): readonly (readonly Item[])[] {
  const others = items.filter((item) => item !== base)
  const each = Math.max(1, size - 1)
  const groups = Math.max(1, Math.ceil(others.length / each))
  return Array.from({ length: groups }, (_, group) => [
    base,
    ...others.slice(group * each, (group + 1) * each),
  ])
}
