import { baseline, isForesighted, type Point, placeOf } from '../point.ts'
import type { Result } from '../result.ts'

/** Points by which LRU must lead to count as a loss: less is noise. */
const leastLoss = 0.1

/** Where subjects did worse than LRU, a line each. */
export function lossesOf({ subjects, points, bound, costs }: Result): string {
  const shares = (['hit', 'byteHit', 'costSaved'] as const).filter(
    (metric) =>
      metric === 'hit' ||
      (metric === 'byteHit' && bound === 'bytes') ||
      (metric === 'costSaved' && costs),
  )
  const names = Object.keys(subjects).filter((name) => name !== baseline && !isForesighted(name))
  return names
    .map((name) => {
      const losses = shares.flatMap((metric) => lossOf(name, metric, points) ?? [])
      const text =
        losses.length === 0 ? `at no point more than ${leastLoss} points` : losses.join('; ')
      return `- ${name} is behind LRU ${text}.`
    })
    .join('\n')
}

const titles = { hit: 'hits', byteHit: 'byte hits', costSaved: 'cost saved' } as const

function lossOf(
  name: string,
  metric: keyof typeof titles,
  points: readonly Point[],
): string | undefined {
  const lags = points
    .flatMap((point) => {
      const ours = point.measures[name]?.[metric]
      const theirs = point.measures[baseline]?.[metric]
      return ours === undefined || theirs === undefined ? [] : [{ point, lag: theirs - ours }]
    })
    .sort((one, other) => other.lag - one.lag)
  const lost = lags.filter(({ lag }) => lag > leastLoss)
  const [worst] = lost
  if (worst === undefined) return undefined
  const where = `by ${worst.lag.toFixed(1)} points at ${placeOf(worst.point)}`
  return `in ${titles[metric]} at ${lost.length} of ${lags.length} points, ${where}`
}
