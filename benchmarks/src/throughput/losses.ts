import { rival } from '../caches/line-up.ts'
import { defaultPolicy } from '../caches/ours.ts'
import { noiseOf } from './figures.ts'
import { type Point, placeOf } from './point.ts'
import { operations } from './setting.ts'

/** Where a policy of ours is slower than the rival by more than the noise, and who is faster than the default. */
export function lossesOf(point: Point): readonly string[] {
  const noise = noiseOf(point.figures)
  const behind = operations.flatMap((operation) => {
    const floor = 1 - (noise[operation] ?? 0)
    const slower = point.names.flatMap((name) => {
      const ratio = point.figures[name]?.[operation]?.ratio ?? 1
      return point.ours.includes(name) && ratio < floor ? [`${name} ${ratio.toFixed(2)}`] : []
    })
    return slower.length === 0 ? [] : [`${operation}: slower than ${rival}: ${slower.join(', ')}`]
  })
  const ahead = operations.flatMap((operation) => {
    const own = point.figures[defaultPolicy]?.[operation]?.ratio ?? Number.POSITIVE_INFINITY
    const faster = point.names.flatMap((name) => {
      const ratio = point.figures[name]?.[operation]?.ratio ?? 0
      const other = !point.ours.includes(name) && name !== `${rival} again`
      return other && ratio > own ? [`${name} ${ratio.toFixed(2)}`] : []
    })
    if (faster.length === 0) return []
    return [`${operation}: faster than ${defaultPolicy} (${own.toFixed(2)}): ${faster.join(', ')}`]
  })
  return [...behind, ...ahead].map((loss) => `${placeOf(point)}, ${loss}`)
}
