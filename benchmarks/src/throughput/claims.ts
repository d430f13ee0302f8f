import type { Verdict } from '../caches/claim.ts'
import { type Bound, rival } from '../caches/line-up.ts'
import { defaultPolicy } from '../caches/ours.ts'
import { type Point, placeOf } from './point.ts'
import type { Operation } from './setting.ts'

interface Claim {
  readonly subject: string
  readonly operation: Operation
  /** Throughput relative to the rival's, by the number of entries where it hangs on that. */
  readonly least: number | Readonly<Record<number, number>>
  /** Where it is made; under every bound if it is not given. */
  readonly bound?: Bound
}

const claims: readonly Claim[] = [
  { subject: 'sieve', operation: 'get-hit', least: 1.3 },
  { subject: defaultPolicy, operation: 'get-hit', least: 1.15 },
  { subject: defaultPolicy, operation: 'mixed', least: { 10000: 1, 100000: 1.2 } },
  { subject: 'lru', operation: 'get-hit', least: 0.85, bound: 'entries' },
  { subject: 'lru', operation: 'overwrite', least: 0.75, bound: 'entries' },
  { subject: 'lru', operation: 'set + evict', least: 0.75, bound: 'entries' },
]

/** How many more reads of the mixed load must hit than with the rival, in points, and at how many entries. */
const morePoints = 4
const morePointsAt: readonly number[] = [10_000, 100_000]

/** Checks every claim at a point; what was to be measured and was not is missed. */
export function checkClaims(point: Point): readonly Verdict[] {
  const made = claims.filter(({ bound = point.bound }) => bound === point.bound)
  const timed = made.flatMap((claim) => checkTime(claim, point))
  return [...timed, ...checkHits(point)]
}

function checkTime({ subject, operation, least }: Claim, point: Point): readonly Verdict[] {
  const needed = typeof least === 'number' ? least : least[point.entries]
  if (needed === undefined || !point.names.includes(subject)) return []
  const figure = point.figures[subject]?.[operation]
  return [
    {
      claim: `${subject}, ${operation} ≥ ${needed} × ${rival} (${placeOf(point)})`,
      figure:
        figure === undefined
          ? 'not measured'
          : `${figure.ratio.toFixed(2)} (${figure.least.toFixed(2)} to ${figure.most.toFixed(2)})`,
      passed: figure !== undefined && figure.ratio >= needed,
      timed: true,
    },
  ]
}

function checkHits(point: Point): readonly Verdict[] {
  if (!(morePointsAt.includes(point.entries) && point.names.includes(defaultPolicy))) return []
  const [own, base] = [defaultPolicy, rival].map((name) => point.figures[name]?.mixed?.hitRatio)
  const lead = own === undefined || base === undefined ? undefined : 100 * (own - base)
  return [
    {
      claim: `${defaultPolicy}, mixed ≥ ${morePoints} points more hits than ${rival} (${placeOf(point)})`,
      figure: lead === undefined ? 'not measured' : `${lead.toFixed(2)} points`,
      passed: lead !== undefined && lead >= morePoints,
      timed: false,
    },
  ]
}
