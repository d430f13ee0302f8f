import type { Verdict } from '../caches/claim.ts'
import { nameOf } from '../caches/line-up.ts'
import { defaultPolicy } from '../caches/ours.ts'
import { type Footprint, footprintOf } from './point.ts'

/** Bytes for each entry that a cache may take beyond a Map: with a time to live, and bounded by bytes. */
const most = 40
const subjects = ['sieve', defaultPolicy]

/** Checks the claims wherever they were to be measured; what was not measured there is missed. */
export function checkClaims(
  all: readonly Footprint[],
  places: readonly Pick<Footprint, 'node' | 'entries'>[],
  asked: readonly string[],
): readonly Verdict[] {
  return places.flatMap((place) =>
    subjects
      .filter((subject) => asked.includes(subject))
      .map((subject) => {
        const name = nameOf(subject, 'told', true)
        const own = all.find(
          ({ node, entries, contestant }) =>
            node === place.node &&
            entries === place.entries &&
            contestant.kind === 'told' &&
            contestant.name === name,
        )
        const floor = footprintOf(all, place, 'Map')
        const over =
          own === undefined || floor === undefined ? undefined : own.filled - floor.filled
        const where = `Node ${place.node.split('.')[0]}, ${place.entries.toLocaleString('en-GB')} entries`
        return {
          claim: `${name}, by bytes ≤ Map + ${most} B for each entry (${where})`,
          figure: over === undefined ? 'not measured' : `Map + ${over.toFixed(1)} B`,
          passed: over !== undefined && over <= most,
          timed: false,
        }
      }),
  )
}
