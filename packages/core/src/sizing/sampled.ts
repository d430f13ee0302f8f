import { evenStep, leastLooks, project } from './sample.ts'
import type { Walk } from './walk.ts'

/** The most elements of one array, Map or Set that are looked at. */
export const mostLooks = 64
/** Of what may be looked at, the part that one array may use up. */
const arrayPart = 0.75

/** The bytes of `count` things, of which so many are read that the rest can be told. */
export function sampledBytes(count: number, walk: Walk, read: (at: number) => number): number {
  if (count === 0) return 0
  const least = leastLooks(count)
  const most = Math.min(count, mostLooks)
  const step = evenStep(count)
  const allowance = Math.ceil(walk.left * arrayPart)
  const floor = walk.left - allowance
  const share = Math.max(1, Math.floor(allowance / least))
  const sizes: number[] = []
  let from = 0
  let next = least
  let total = 0
  let shared = walk.shared
  const { trusting } = walk
  for (let at = 0; sizes.length < least || walk.left > floor; at = (at + step) % count) {
    // No more than its share of what may be looked at, so that the first does not use up all.
    const kept = Math.max(0, walk.left - share)
    walk.left -= kept
    const bytes = read(at)
    walk.left += kept
    // Where the first element has no getter, its like have none.
    walk.trusting = walk.accessors === 0
    sizes.push(bytes)
    total += bytes
    if (sizes.length < next) continue
    // What the first ones share with the later ones was counted with the first.
    if (walk.shared > shared) from = sizes.length >> 1
    if (sizes.length >= most || project(sizes, from, count).settled) break
    shared = walk.shared
    next = Math.min(most, 2 * next)
  }
  walk.trusting = trusting
  const rest = count - sizes.length
  return rest === 0 ? total : total + rest * project(sizes, from, count).each
}
