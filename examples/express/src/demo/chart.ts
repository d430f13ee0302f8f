import * as Plot from '@observablehq/plot'
import { parseHTML } from 'linkedom'
import { phases } from './schedule.ts'
import type { TwinRecord } from './twin.ts'

const titles = { unprotected: 'without Cultus', cultus: 'with Cultus' } as const
const levelColours: Readonly<Record<string, string>> = {
  warning: '#f5d76e',
  critical: '#f0a35e',
  emergency: '#e06666',
}
const legend = [
  { text: 'live after a major collection', fill: '#1f4e9c' },
  { text: 'used, garbage included', fill: '#8496b0' },
  { text: 'at emergency', fill: '#c0392b' },
  { text: 'at critical', fill: '#c77a2e' },
  { text: 'at warning', fill: '#a88a10' },
]
const thresholds = [
  { name: 'warning', ratio: 0.7 },
  { name: 'critical', ratio: 0.85 },
  { name: 'emergency', ratio: 0.95 },
]

/** Live memory as a share of the death point, and the level, over time: both runs side by side, as SVG. */
export function chartOf(records: readonly TwinRecord[]): string {
  const { document } = parseHTML('<html><body></body></html>')
  const second = (record: TwinRecord, at: number): number => (at - record.startedAt) / 1_000
  const readings = records.flatMap((record) =>
    record.readings.map(({ at, used, live }) => ({
      run: titles[record.name],
      second: second(record, at),
      live: live / record.deathPoint,
      used: used / record.deathPoint,
    })),
  )
  const deaths = records.flatMap((record) =>
    record.death ? [{ run: titles[record.name], second: record.death.after / 1_000 }] : [],
  )
  const starts = records.flatMap((record) =>
    phases.flatMap((phase) => {
      const at = record.phaseStarts[phase]
      return at === undefined
        ? []
        : [{ run: titles[record.name], phase, second: second(record, at) }]
    }),
  )
  const figure = Plot.plot({
    document,
    width: 1_100,
    height: 420,
    marginLeft: 50,
    marginRight: 90,
    marginTop: 56,
    style: {
      background: 'white',
      color: '#222',
      fontSize: '12px',
      fontFamily: 'system-ui, sans-serif',
    },
    fx: { domain: records.map(({ name }) => titles[name]), label: null, padding: 0.06 },
    x: { label: 'seconds', grid: false },
    y: { domain: [0, 105], percent: true, label: 'share of the death point, %', grid: true },
    marks: [
      Plot.rectY(levelBands(records), {
        fx: 'run',
        x1: 'from',
        x2: 'to',
        y1: 0,
        y2: 1.05,
        fill: 'colour',
        fillOpacity: 0.35,
      }),
      Plot.ruleY(thresholds, { y: 'ratio', stroke: '#888', strokeDasharray: '3 3' }),
      Plot.text(
        thresholds.map((each) => ({ ...each, run: titles.cultus })),
        {
          fx: 'run',
          y: 'ratio',
          text: 'name',
          frameAnchor: 'right',
          dx: 4,
          textAnchor: 'start',
          fill: '#555',
        },
      ),
      Plot.lineY(readings, {
        fx: 'run',
        x: 'second',
        y: 'used',
        stroke: '#b8c4d6',
        strokeWidth: 1,
      }),
      Plot.lineY(readings, {
        fx: 'run',
        x: 'second',
        y: 'live',
        stroke: '#1f4e9c',
        strokeWidth: 2,
        curve: 'step-after',
      }),
      Plot.ruleX(starts, { fx: 'run', x: 'second', stroke: '#222', strokeOpacity: 0.4 }),
      Plot.text(starts, {
        fx: 'run',
        x: 'second',
        text: 'phase',
        frameAnchor: 'top',
        dy: -8,
        dx: 2,
        textAnchor: 'start',
      }),
      ...legend.map(({ text, fill }, line) =>
        Plot.text([{ text, run: titles.unprotected }], {
          fx: 'run',
          text: 'text',
          frameAnchor: 'bottom-right',
          dx: -6,
          dy: -8 - 15 * line,
          fill,
          fontWeight: 'bold',
        }),
      ),
      Plot.axisFx({ label: null, fontSize: 15, fontWeight: 'bold', dy: -20 }),
      Plot.text(deaths, {
        fx: 'run',
        x: 'second',
        y: 1,
        text: () => '✝ out of memory',
        fill: '#b00020',
        dx: 6,
        textAnchor: 'start',
      }),
    ],
  })
  figure.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
  return figure.outerHTML
}

/** When the service was at which elevated level. */
function levelBands(records: readonly TwinRecord[]) {
  return records.flatMap(({ name, levels, startedAt, endedAt }) =>
    levels.flatMap(({ at, level }, index) => {
      const colour = levelColours[level]
      if (colour === undefined) return []
      const until = levels[index + 1]?.at ?? endedAt
      return [
        {
          run: titles[name],
          from: (at - startedAt) / 1_000,
          to: (until - startedAt) / 1_000,
          colour,
        },
      ]
    }),
  )
}
