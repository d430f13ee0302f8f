import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ceilingOf } from '../point.ts'
import type { Result } from '../result.ts'
import { toMarkdown } from './markdown.ts'
import { bytesText, countText } from './number-text.ts'
import { toSvg } from './plot.ts'

/** Writes a result into a folder: `policies.json`, `policies.md` and a plot for each trace with more than one size. */
export function writeReport(result: Result, folder: string): void {
  mkdirSync(folder, { recursive: true })
  const plots = new Map<string, string>()
  for (const trace of new Set(result.points.map((point) => point.trace))) {
    const svg = plotOf(result, trace)
    if (svg === undefined) continue
    const file = fileName(trace, [...plots.values()])
    writeFileSync(join(folder, file), svg)
    plots.set(trace, file)
  }
  writeFileSync(join(folder, 'policies.json'), `${JSON.stringify(result, undefined, 2)}\n`)
  writeFileSync(join(folder, 'policies.md'), toMarkdown(result, plots))
}

/** Hit ratio by size, a line for each subject; `undefined` where there is but one size. */
function plotOf(result: Result, trace: string): string | undefined {
  const points = result.points.filter((point) => point.trace === trace)
  if (points.length < 2) return undefined
  const { bound } = result
  const series = Object.keys(result.subjects)
    .map((name, colour) => ({
      name,
      colour,
      values: points.map(({ measures }) => measures[name]?.hit),
      ceiling: name === ceilingOf(bound),
    }))
    .filter(({ values }) => values.some((value) => value !== undefined))
    // In the order in which the lines end, so that the legend reads like the plot.
    .sort((one, other) => (other.values.at(-1) ?? 0) - (one.values.at(-1) ?? 0))
  return toSvg({
    title: `${trace}: hit ratio by size`,
    sizes: points.map(({ capacity }) => capacity),
    labels: points.map(({ capacity }) =>
      bound === 'bytes' ? bytesText(capacity) : countText(capacity),
    ),
    series,
    xTitle: bound === 'bytes' ? 'bound in bytes' : 'bound in entries',
    yTitle: bound === 'bytes' ? 'object hits, %' : 'hits, %',
  })
}

/** A name that every file system takes and that is not taken. */
function fileName(trace: string, taken: readonly string[]): string {
  const base = trace.replace(/[^\w.-]+/g, '-')
  let name = `${base}.svg`
  for (let count = 2; taken.includes(name); count++) name = `${base}-${count}.svg`
  return name
}
