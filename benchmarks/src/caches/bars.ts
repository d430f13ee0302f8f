/** Bars side by side: a row for each subject, a column for each measure. */
export interface BarChart {
  readonly title: string
  readonly rows: readonly { readonly name: string; readonly ours: boolean }[]
  readonly columns: readonly BarColumn[]
}

interface BarColumn {
  readonly title: string
  /** Drawn as a line across the bars: what they are compared with. */
  readonly mark: number | undefined
  /** One for each row. */
  readonly bars: readonly (Bar | undefined)[]
}

interface Bar {
  readonly value: number
  /** The least and the most that were measured. */
  readonly range?: readonly [number, number]
  readonly label: string
}

const left = 226
const columnWidth = 168
const barWidth = 112
const rowHeight = 20
const top = 78

/** A bar chart as SVG, with colours for a light and for a dark page. */
export function barsToSvg({ title, rows, columns }: BarChart): string {
  const width = left + columns.length * columnWidth
  const height = top + rows.length * rowHeight + 16
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<style>${style}</style>`,
    `<rect class="page" width="${width}" height="${height}"/>`,
    `<text class="head" x="16" y="28">${escaped(title)}</text>`,
    ...rows.map(({ name, ours }, index) => {
      const kind = ours ? 'name own' : 'name'
      return `<text class="${kind}" x="${left - 12}" y="${baselineOf(index)}">${escaped(name)}</text>`
    }),
    ...columns.flatMap((column, index) => drawn(column, left + index * columnWidth, rows)),
    '</svg>',
    '',
  ].join('\n')
}

function drawn(
  { title, mark, bars }: BarColumn,
  x: number,
  rows: BarChart['rows'],
): readonly string[] {
  const largest = Math.max(mark ?? 0, ...bars.map((bar) => bar?.value ?? 0))
  const at = (value: number): number =>
    x + Math.min(1, largest === 0 ? 0 : value / largest) * barWidth
  const shapes = bars.flatMap((bar, index) =>
    bar === undefined ? [] : barAt(bar, index, x, at, rows[index]?.ours === true),
  )
  const bottom = top + rows.length * rowHeight
  const line =
    mark === undefined ? [] : [`<path class="mark" d="M${place(at(mark))} ${top}V${bottom}"/>`]
  return [
    `<text class="column" x="${x}" y="${top - 14}">${escaped(title)}</text>`,
    ...shapes,
    ...line,
  ]
}

function barAt(
  { value, range, label }: Bar,
  index: number,
  x: number,
  at: (value: number) => number,
  own: boolean,
): readonly string[] {
  const y = top + index * rowHeight
  const end = at(value)
  const bar = `<rect class="${own ? 'bar own' : 'bar'}" x="${x}" y="${y + 4}" width="${place(end - x)}" height="${rowHeight - 8}"/>`
  const spread =
    range === undefined
      ? []
      : [`<path class="range" d="M${place(at(range[0]))} ${y + 10}H${place(at(range[1]))}"/>`]
  return [
    bar,
    ...spread,
    `<text class="label" x="${place(end + 5)}" y="${baselineOf(index)}">${escaped(label)}</text>`,
  ]
}

function baselineOf(index: number): number {
  return top + index * rowHeight + 14
}

function place(value: number): string {
  return `${Math.round(value * 10) / 10}`
}

function scheme(page: string, text: string, own: string, other: string, line: string): string {
  return [
    `.page{fill:${page}}text{fill:${text}}.bar{fill:${other}}.bar.own{fill:${own}}`,
    `.mark,.range{stroke:${line}}`,
  ].join('')
}

const style = [
  'text{font:12px system-ui,sans-serif}.head{font-size:15px;font-weight:600}.column{font-weight:600}',
  '.name{text-anchor:end}.own{font-weight:600}.label{font-size:11px}',
  '.mark{fill:none;stroke-width:1;stroke-dasharray:3 3}.range{fill:none;stroke-width:1.5}',
  scheme('#ffffff', '#24292f', '#0072b2', '#b6bec7', '#57606a'),
  `@media(prefers-color-scheme:dark){${scheme('#161b22', '#d5dae0', '#56b4e9', '#4a535e', '#aeb7c0')}}`,
].join('')

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
