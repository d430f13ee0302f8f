/** One line of a plot; missing values leave gaps. */
interface Series {
  readonly name: string
  readonly values: readonly (number | undefined)[]
  /** Which of the colours it has, so that a subject looks the same in every plot; any integer from 0. */
  readonly colour: number
  /** Drawn as the ceiling: grey and dotted. */
  readonly ceiling: boolean
}

export interface Plot {
  readonly title: string
  /** Where each value lies, on a logarithmic axis. */
  readonly sizes: readonly number[]
  readonly labels: readonly string[]
  readonly series: readonly Series[]
  readonly xTitle: string
  readonly yTitle: string
}

const width = 820
const height = 440
const area = { left: 60, right: 600, top: 48, bottom: 380 } as const
const legendLeft = 620
const legendLine = 20

/** Each for a light and for a dark background; hues that colour-blind readers tell apart (Okabe and Ito). */
const colours = [
  ['#0072b2', '#56b4e9'],
  ['#d55e00', '#ff9b57'],
  ['#007a5a', '#33c79a'],
  ['#b1508d', '#e59ac6'],
  ['#8a6d00', '#f0e442'],
  ['#5b4db3', '#a99cf5'],
  ['#7a4a2b', '#d0a37f'],
  ['#c2185b', '#ff7aa8'],
] as const

const dashes = ['', '7 4', '2 3'] as const

/** A line plot as SVG, with colours for a light and for a dark page. */
export function toSvg(plot: Plot): string {
  const { title, series, xTitle, yTitle } = plot
  const scale = scaleOf(plot)
  const legendHeight = area.top + series.length * legendLine + 10
  const total = Math.max(height, legendHeight)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${total}" role="img">`,
    `<title>${escapeXml(title)}</title>`,
    `<style>${style()}</style>`,
    `<rect class="page" width="${width}" height="${total}"/>`,
    text(area.left, 28, title, 'head'),
    ...gridLines(scale),
    ...sizeTicks(plot, scale),
    text((area.left + area.right) / 2, height - 14, xTitle, 'middle'),
    `<text class="middle" transform="translate(16 ${(area.top + area.bottom) / 2}) rotate(-90)">${escapeXml(yTitle)}</text>`,
    ...series.flatMap((one) => line(one, plot.sizes, scale)),
    ...series.flatMap((one, index) => legend(one, index)),
    '</svg>',
    '',
  ].join('\n')
}

interface Scale {
  readonly least: number
  readonly most: number
  readonly step: number
  x(size: number): number
  y(value: number): number
}

function scaleOf({ sizes, series }: Plot): Scale {
  const values = series.flatMap((one) => one.values.filter((value) => value !== undefined))
  const step = Math.max(...values) - Math.min(...values) > 30 ? 10 : 5
  const least = Math.floor(Math.min(...values) / step) * step
  const most = Math.max(least + step, Math.ceil(Math.max(...values) / step) * step)
  const low = Math.log(Math.min(...sizes))
  const span = Math.log(Math.max(...sizes)) - low
  return {
    least,
    most,
    step,
    x: (size) => {
      const share = span === 0 ? 0.5 : (Math.log(size) - low) / span
      return area.left + 20 + share * (area.right - area.left - 40)
    },
    y: (value) => area.bottom - ((value - least) / (most - least)) * (area.bottom - area.top),
  }
}

function gridLines({ least, most, step, y }: Scale): string[] {
  const lines: string[] = []
  for (let value = least; value <= most; value += step) {
    const at = place(y(value))
    lines.push(`<path class="grid" d="M${area.left} ${at}H${area.right}"/>`)
    lines.push(text(area.left - 8, Number(at) + 4, `${value}`, 'end'))
  }
  return lines
}

function sizeTicks({ sizes, labels }: Plot, { x }: Scale): string[] {
  return sizes.flatMap((size, index) => {
    const at = place(x(size))
    return [
      `<path class="grid" d="M${at} ${area.top}V${area.bottom + 5}"/>`,
      text(Number(at), area.bottom + 22, labels[index] ?? '', 'middle'),
    ]
  })
}

function line(one: Series, sizes: readonly number[], scale: Scale): string[] {
  const places = one.values.flatMap((value, at) =>
    value === undefined ? [] : [[place(scale.x(sizes[at] ?? 1)), place(scale.y(value))] as const],
  )
  const path = places.map(([x, y], at) => `${at === 0 ? 'M' : 'L'}${x} ${y}`).join('')
  return [
    `<path class="line ${classOf(one)}"${dash(one)} d="${path}"/>`,
    ...places.map(([x, y]) => `<circle class="dot ${classOf(one)}" cx="${x}" cy="${y}" r="3"/>`),
  ]
}

function legend(one: Series, index: number): string[] {
  const y = area.top + index * legendLine
  return [
    `<path class="line ${classOf(one)}"${dash(one)} d="M${legendLeft} ${y}h26"/>`,
    text(legendLeft + 34, y + 4, one.name, ''),
  ]
}

function classOf({ ceiling, colour }: Series): string {
  return ceiling ? 'ceiling' : `c${colour % colours.length}`
}

function dash({ ceiling, colour }: Series): string {
  const pattern = ceiling ? '1 4' : dashes[Math.floor(colour / colours.length) % dashes.length]
  return pattern === '' ? '' : ` stroke-dasharray="${pattern}"`
}

function style(): string {
  const rules = (scheme: 0 | 1): string =>
    [
      `.page{fill:${['#ffffff', '#161b22'][scheme]}}text{fill:${['#24292f', '#d5dae0'][scheme]}}`,
      `.grid{stroke:${['#d8dee4', '#343b44'][scheme]}}`,
      `.line.ceiling{stroke:${['#57606a', '#9aa4af'][scheme]}}.dot.ceiling{fill:${['#57606a', '#9aa4af'][scheme]}}`,
      ...colours.map(
        (pair, index) =>
          `.line.c${index}{stroke:${pair[scheme]}}.dot.c${index}{fill:${pair[scheme]}}`,
      ),
    ].join('')
  return [
    'text{font:12px system-ui,sans-serif}.head{font-size:15px;font-weight:600}.middle{text-anchor:middle}.end{text-anchor:end}',
    '.line{fill:none;stroke-width:2}.grid{fill:none;stroke-width:1}',
    rules(0),
    `@media(prefers-color-scheme:dark){${rules(1)}}`,
  ].join('')
}

function text(x: number, y: number, content: string, kind: string): string {
  const name = kind === '' ? '' : ` class="${kind}"`
  return `<text${name} x="${place(x)}" y="${place(y)}">${escapeXml(content)}</text>`
}

function place(value: number): string {
  return `${Math.round(value * 10) / 10}`
}

function escapeXml(content: string): string {
  return content
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
