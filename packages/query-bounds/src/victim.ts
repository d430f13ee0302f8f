import { worthOf } from './evictable.ts'
import type { Entry } from './ledger.ts'

/** How many of the oldest are compared: enough to let an error go first, few enough to cost nothing. */
const compared = 8

/**
 * Which query goes next: of the oldest few outside their grace, the one whose loss is least; of equals, the oldest.
 *
 * @param oldest the first of the queries that may go, in the order they were touched.
 */
export function chooseVictim(
  oldest: Entry | undefined,
  now: number,
  grace: number,
): Entry | undefined {
  let victim: Entry | undefined
  let leastWorth = Number.POSITIVE_INFINITY
  let entry = oldest
  for (let seen = 0; seen < compared && entry !== undefined; seen++) {
    if (now - entry.touched < grace) break
    const worth = worthOf(entry.query)
    if (worth < leastWorth) {
      victim = entry
      leastWorth = worth
    }
    entry = entry.newer
  }
  return victim
}
