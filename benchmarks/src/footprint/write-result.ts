import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { barsToSvg } from '../caches/bars.ts'
import { toPage } from './page.ts'
import { type Footprint, footprintOf } from './point.ts'
import type { Result } from './result.ts'

/** Writes a result into a folder: the figures as JSON, a page, and a plot for each version of Node.js. */
export function writeResult(result: Result, folder: string): void {
  mkdirSync(folder, { recursive: true })
  const plots = new Map<string, string>()
  for (const node of new Set(result.footprints.map((one) => one.node))) {
    const file = `footprint-node-${node.split('.')[0]}.svg`
    writeFileSync(join(folder, file), plotOf(result.footprints, node))
    plots.set(node, file)
  }
  writeFileSync(join(folder, 'footprint.json'), `${JSON.stringify(result, undefined, 2)}\n`)
  writeFileSync(join(folder, 'footprint.md'), toPage(result, plots))
}

function plotOf(all: readonly Footprint[], node: string): string {
  const own = all.filter((one) => one.node === node)
  const rows = new Map(
    own.map(({ contestant }) => [`${contestant.kind} ${contestant.name}`, contestant]),
  )
  const counts = [...new Set(own.map(({ entries }) => entries))]
  return barsToSvg({
    title: `Bytes for each entry of a cache that is full (Node ${node.split('.')[0]})`,
    rows: [...rows.values()].map(({ name, kind, ours }) => ({
      name: kind === 'entries' ? name : `${name}, bytes`,
      ours,
    })),
    columns: counts.map((entries) => ({
      title: `${entries.toLocaleString('en-GB')} entries`,
      mark: footprintOf(own, { node, entries }, 'Map')?.filled,
      bars: [...rows.values()].map((contestant) => {
        const found = own.find(
          (one) =>
            one.entries === entries &&
            one.contestant.name === contestant.name &&
            one.contestant.kind === contestant.kind,
        )
        return found && { value: found.filled, label: found.filled.toFixed(0) }
      }),
    })),
  })
}
