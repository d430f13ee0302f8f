/** What is made of the sizes that were looked at. */
export interface Projection {
  /** What one that was not looked at is taken to have, on the safe side. */
  readonly each: number
  /** Whether more looking would tell little more. */
  readonly settled: boolean
}

/** Looking goes on until the mean is known to within this part of it. */
const sureEnough = 0.05

/**
 * A step that visits each of `count` places once, evenly spread whenever it stops: the one nearest to the golden
 * section of the length that has no divisor in common with it.
 */
export function evenStep(count: number): number {
  let step = Math.max(1, Math.floor(count * 0.618))
  while (divisor(step, count) > 1) step += 1
  return step
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b)
}

/** Lists as short are looked at whole. */
export const shortList = 8

/** Of so many places, how many are looked at in any case. */
export function leastLooks(count: number): number {
  return count <= shortList ? count : Math.min(20, Math.max(5, count >> 4))
}

/**
 * Projects the sizes from `from` on onto the `count` there are: their mean and one standard error, since a bound
 * suffers from too little more than from too much.
 */
export function project(sizes: readonly number[], from: number, count: number): Projection {
  const looks = sizes.length - from
  let sum = 0
  for (let at = from; at < sizes.length; at++) sum += sizes[at] ?? 0
  const mean = sum / looks
  let squares = 0
  for (let at = from; at < sizes.length; at++) squares += ((sizes[at] ?? 0) - mean) ** 2
  const variance = looks > 1 ? squares / (looks - 1) : 0
  const error = Math.sqrt((variance / looks) * (1 - sizes.length / count))
  return { each: mean + error, settled: error <= sureEnough * mean }
}
