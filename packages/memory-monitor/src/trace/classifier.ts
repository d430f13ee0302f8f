import { type Clock, invalidArgument, numberOption, type PressureLevel } from '@cultus/core'
import type { Trace, TraceEvent } from './trace.ts'

/** What a classifier is given for one replay. */
export interface ReplayContext {
  readonly trace: Trace
  /**
   * The time of the replay: `now` counts from the start of the trace, and timers run as it passes.
   */
  readonly clock: Clock
  /** Says the level from this moment on; saying the same again is saying nothing. */
  say(level: PressureLevel): void
}

/** A classifier at work on one replay. */
export interface ClassifierRun {
  /** Takes in one event of the trace, at its time. */
  observe(event: TraceEvent): void
  /** Ends the work and leaves nothing behind. */
  stop?(): void
}

/** Anything that tells the level of pressure from what happens in a process. */
export interface Classifier {
  readonly name: string
  /** Begins at `normal`, once for each replay. */
  start(context: ReplayContext): ClassifierRun
}

/**
 * A classifier that decides by nothing but one event after another; `undefined` leaves
 * the level as it was.
 */
export function classifier(
  name: string,
  decide: (event: TraceEvent, trace: Trace) => PressureLevel | undefined,
): Classifier {
  return {
    name,
    start: ({ trace, say }) => ({
      observe(event) {
        const level = decide(event, trace)
        if (level !== undefined) say(level)
      },
    }),
  }
}

/** A share that services watch, of two numbers that Node.js or the kernel gives. */
export type RatioName =
  | 'heapUsed/heapLimit'
  | 'heapUsed/heapTotal'
  | 'used/deathPoint'
  | 'rss/limit'
  | 'total/limit'

const ratioNames: readonly RatioName[] = [
  'heapUsed/heapLimit',
  'heapUsed/heapTotal',
  'used/deathPoint',
  'rss/limit',
  'total/limit',
]

/** The share at an event, or `undefined` where the event does not tell. */
function ratioAt(name: RatioName, event: TraceEvent, { header }: Trace): number | undefined {
  const { type } = event
  if (type === 'heap') {
    const { used, heapUsed, heapTotal } = event
    if (name === 'used/deathPoint') return used / header.deathPointBytes
    if (heapUsed === undefined) return undefined
    if (name === 'heapUsed/heapLimit') return heapUsed / header.heapLimitBytes
    if (name === 'heapUsed/heapTotal' && heapTotal !== undefined) return heapUsed / heapTotal
  }
  if (type === 'process' && name === 'rss/limit')
    return event.rss / (header.containerLimitBytes ?? header.hostBytes)
  if (type === 'container' && name === 'total/limit')
    return (event.total ?? event.used) / event.limit
  return undefined
}

/**
 * The usual rule of a health check: `critical` from a share of `threshold` on, else `normal`.
 *
 * Without a limit of the container, `rss/limit` is the share of the memory of the machine.
 *
 * @throws CultusError `CULTUS_INVALID_ARGUMENT` for a share of no such name.
 * @throws CultusError `CULTUS_INVALID_OPTION` for a threshold that is no number from 0 to 1.
 */
export function ratioClassifier(name: RatioName, threshold = 0.85): Classifier {
  if (!ratioNames.includes(name))
    throw invalidArgument('name', `be one of ${ratioNames.join(', ')}`, name)
  numberOption('threshold', threshold, 0, 1)
  return classifier(`${name} ≥ ${threshold}`, (event, trace) => {
    const ratio = ratioAt(name, event, trace)
    if (ratio === undefined) return undefined
    return ratio >= threshold ? 'critical' : 'normal'
  })
}
