import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { barsToSvg } from '../caches/bars.ts'
import { toPage } from './page.ts'
import { type Point, placeOf } from './point.ts'
import type { Result } from './result.ts'
import { operations } from './setting.ts'

/** Writes a result into a folder: the figures as JSON, a page, and a plot for each point. */
export function writeResult(result: Result, folder: string): void {
  mkdirSync(folder, { recursive: true })
  const name = result.keys === 'same' ? 'throughput' : `throughput-${result.keys}-keys`
  const plots = result.points.map((point) => {
    const file = `${name}-node-${point.node.split('.')[0]}-${point.bound}-${point.entries}.svg`
    writeFileSync(join(folder, file), plotOf(point))
    return file
  })
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(result, undefined, 2)}\n`)
  writeFileSync(join(folder, `${name}.md`), toPage(result, plots))
}

function plotOf(point: Point): string {
  const names = point.names.filter((name) => point.figures[name] !== undefined)
  return barsToSvg({
    title: `Operations in a second relative to lru-cache (${placeOf(point)})`,
    rows: names.map((name) => ({ name, ours: point.ours.includes(name) })),
    columns: operations.map((operation) => ({
      title: operation,
      mark: 1,
      bars: names.map((name) => {
        const figure = point.figures[name]?.[operation]
        if (figure === undefined) return undefined
        const { ratio, least, most } = figure
        return { value: ratio, range: [least, most] as const, label: ratio.toFixed(2) }
      }),
    })),
  })
}
