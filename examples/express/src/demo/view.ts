import { styleText } from 'node:util'
import type { TwinProgress } from './twin.ts'

/** Shows how a run is going. */
export interface View {
  show(progress: TwinProgress): void
  /** Ends the live part, so that what is printed next stands below it. */
  settle(): void
}

const width = 40
const thresholds = [0.7, 0.85, 0.95]
const colours = {
  normal: 'green',
  warning: 'yellow',
  critical: 'magenta',
  emergency: 'red',
} as const
const titles = { unprotected: 'without Cultus', cultus: 'with Cultus' } as const

/** A view for people at a terminal, redrawn in place; a line every two seconds for logs. */
export function viewOn(stream: NodeJS.WriteStream): View {
  return stream.isTTY ? liveView(stream) : lineView(stream)
}

function liveView(stream: NodeJS.WriteStream): View {
  let drawn = 0
  return {
    show(progress) {
      const lines = frame(progress)
      stream.write(
        `${drawn > 0 ? `\x1b[${drawn}A` : ''}${lines.map((line) => `\x1b[2K${line}\n`).join('')}`,
      )
      drawn = lines.length
    },
    settle() {
      drawn = 0
    },
  }
}

function lineView(stream: NodeJS.WriteStream): View {
  let next = 0
  return {
    show(progress) {
      if (progress.elapsed < next) return
      next = progress.elapsed + 2_000
      const { load } = progress
      const memory = shareText(progress)
      stream.write(
        `  ${seconds(progress.elapsed)} of ${seconds(progress.total)}  ${progress.phase.padEnd(8)} memory ${memory}` +
          `  level ${(progress.level ?? '-').padEnd(9)}` +
          `  ${load?.perSecond ?? 0}/s  hits ${percent(load?.hitRatio ?? 0)}  p95 ${Math.round(load?.p95 ?? 0)} ms` +
          `  shed ${shedText(progress)}\n`,
      )
    },
    settle() {
      next = 0
    },
  }
}

function frame(progress: TwinProgress): string[] {
  const { name, phase, elapsed, total, load, level } = progress
  const left = Math.max(0, total - elapsed)
  const done = Math.min(1, elapsed / total)
  const shownLevel = level ?? (name === 'cultus' ? 'normal' : 'nobody looks')
  const colour = colours[shownLevel as keyof typeof colours] ?? 'gray'
  return [
    `  ${styleText('bold', titles[name])}  ${phase}  ${bar(done, [])}  ${seconds(elapsed)}, ${seconds(left)} left`,
    `  memory   ${memoryBar(progress)}  ${shareText(progress)} of the death point`,
    `  level    ${styleText(colour, shownLevel)}`,
    `  requests ${load?.perSecond ?? 0}/s on ${load?.connections ?? 0} connections`,
    `  cache    ${percent(load?.hitRatio ?? 0)} hits on the hot set, p95 ${(load?.p95 ?? 0).toFixed(1)} ms`,
    `  shed     ${shedText(progress)}`,
  ]
}

function memoryBar({ reading, deathPoint }: TwinProgress): string {
  const live = (reading?.live ?? 0) / deathPoint
  const text = bar(live, thresholds)
  return styleText(
    live >= 0.95 ? 'red' : live >= 0.85 ? 'magenta' : live >= 0.7 ? 'yellow' : 'green',
    text,
  )
}

function bar(share: number, marks: readonly number[]): string {
  const full = Math.round(Math.min(1, share) * width)
  return Array.from({ length: width }, (_, at) => {
    if (at < full) return '█'
    return marks.some((mark) => Math.round(mark * width) === at) ? '│' : '░'
  }).join('')
}

function shareText({ reading, deathPoint }: TwinProgress): string {
  return percent((reading?.live ?? 0) / deathPoint).padStart(4)
}

function shedText({ load }: TwinProgress): string {
  if (load === undefined) return '0'
  const { essential, standard, background } = load.tally
  return `essential ${essential.shed}/s, standard ${standard.shed}/s, background ${background.shed}/s`
}

const percent = (share: number): string => `${Math.round(share * 100)} %`
const seconds = (milliseconds: number): string => `${Math.round(milliseconds / 1_000)} s`
