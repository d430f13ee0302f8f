import { type ElevatedLevel, elevatedLevels, type PressureLevel } from '@cultus/core'
import { isAtLeast, type LevelSpan, levelSpans, type Transition } from './replay.ts'
import { durationOf, endOf, type Trace } from './trace.ts'

/** A number for each elevated level. */
export type PerLevel<T> = Readonly<Record<ElevatedLevel, T>>

/** Alarms without a cause: how often they began, and how long they lasted. */
export interface FalseAlarms {
  readonly count: number
  readonly milliseconds: number
}

/** How well a classifier did on one trace. */
export interface TraceScore {
  /** Whether the process died: the trace ends with anything but `survived`. */
  readonly died: boolean
  /** Whether it died and the level was not at `critical` or worse at that moment. */
  readonly missed: boolean
  /** Milliseconds from the last rise to each level, without a fall below it since, to the death. */
  readonly lead: PerLevel<number | undefined>
  /**
   * What was raised in a run that survived and whose truth never reached the
   * threshold of that level.
   */
  readonly falseAlarms: PerLevel<FalseAlarms>
  /** Changes of level, in whatever direction, for each minute of the trace. */
  readonly transitionsPerMinute: number
  /**
   * Milliseconds from the last mark `relieved` to `normal` for good; `undefined` when never,
   * or without a mark.
   */
  readonly recovery: number | undefined
  /** Milliseconds at each level. */
  readonly timeAt: Readonly<Record<PressureLevel, number>>
}

/** Settings for {@link score}. */
export interface ScoreOptions {
  /**
   * The true share of a death point from which an alarm of that level has a cause.
   *
   * @defaultValue `{ warning: 0.7, critical: 0.85, emergency: 0.95 }`
   */
  readonly thresholds?: Partial<PerLevel<number>>
}

/**
 * A collection that was heard of later than this, in milliseconds, no longer tells what was live.
 */
const latestTruth = 100

/**
 * The largest share of a death point that a trace truly reached: live heap after collections and as
 * the workload knows it, and the container by what cannot be reclaimed.
 */
export function truePeak({ header, events }: Trace): number {
  let peak = 0
  for (const event of events) {
    if (event.type === 'gc' && event.lateness <= latestTruth)
      peak = Math.max(peak, event.usedAfter / header.deathPointBytes)
    if (event.type === 'held') peak = Math.max(peak, event.bytes / header.deathPointBytes)
    if (event.type === 'container') peak = Math.max(peak, event.used / event.limit)
  }
  return peak
}

/** Scores the changes of level that a classifier made on a trace. */
export function score(
  trace: Trace,
  transitions: readonly Transition[],
  options: ScoreOptions = {},
): TraceScore {
  const { warning = 0.7, critical = 0.85, emergency = 0.95 } = options.thresholds ?? {}
  const thresholds = { warning, critical, emergency }
  const spans = levelSpans(trace, transitions)
  const duration = durationOf(trace)
  const end = endOf(trace)
  const died = end !== undefined && end.how !== 'survived'
  const survived = end?.how === 'survived'
  const peak = truePeak(trace)
  const last = spans.at(-1)?.level ?? 'normal'
  return {
    died,
    missed: died && !isAtLeast(last, 'critical'),
    lead: perLevel((level) => (died ? standingSince(spans, level, duration) : undefined)),
    falseAlarms: perLevel((level) =>
      survived && peak < thresholds[level] ? alarms(spans, level) : { count: 0, milliseconds: 0 },
    ),
    transitionsPerMinute: duration > 0 ? transitions.length / (duration / 60_000) : 0,
    recovery: recoveryOf(trace, spans),
    timeAt: timeAt(spans),
  }
}

function perLevel<T>(of: (level: ElevatedLevel) => T): PerLevel<T> {
  return { warning: of('warning'), critical: of('critical'), emergency: of('emergency') }
}

/** How long the level has been as bad as `level` without a break, up to the end. */
function standingSince(
  spans: readonly LevelSpan[],
  level: PressureLevel,
  end: number,
): number | undefined {
  const below = spans.findLastIndex((span) => !isAtLeast(span.level, level))
  const since = spans[below + 1]?.from
  return since === undefined ? undefined : end - since
}

function alarms(spans: readonly LevelSpan[], level: PressureLevel): FalseAlarms {
  let count = 0
  let milliseconds = 0
  let up = false
  for (const span of spans) {
    const alarm = isAtLeast(span.level, level)
    if (alarm) milliseconds += span.until - span.from
    if (alarm && !up) count++
    up = alarm
  }
  return { count, milliseconds }
}

function recoveryOf(trace: Trace, spans: readonly LevelSpan[]): number | undefined {
  const relieved = trace.events.findLast(
    (event) => event.type === 'mark' && event.name === 'relieved',
  )
  const last = spans.at(-1)
  if (relieved === undefined || last?.level !== 'normal') return undefined
  return Math.max(0, last.from - relieved.t)
}

function timeAt(spans: readonly LevelSpan[]): Record<PressureLevel, number> {
  const time = { normal: 0, warning: 0, critical: 0, emergency: 0 }
  for (const { level, from, until } of spans) time[level] += until - from
  return time
}

/** The worst level of some transitions; `normal` without any. */
export function worstLevel(transitions: readonly Transition[]): PressureLevel {
  return elevatedLevels.findLast((level) => transitions.some(({ to }) => to === level)) ?? 'normal'
}
