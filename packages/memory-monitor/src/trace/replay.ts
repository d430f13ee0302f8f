import { invalidArgument, isPressureLevel, levelRank, type PressureLevel } from '@cultus/core'
import { FakeClock } from '@cultus/core/testing'
import type { Classifier } from './classifier.ts'
import { durationOf, type Trace } from './trace.ts'

/** A change of level that a classifier made, at a time of the trace. */
export interface Transition {
  /** Milliseconds from the start of the trace. */
  readonly t: number
  readonly from: PressureLevel
  readonly to: PressureLevel
}

/**
 * Plays a trace to a classifier in simulated time, and returns every change of level it made.
 *
 * Timers of the classifier run at their own times between two events. What a classifier
 * throws is thrown here.
 *
 * @throws CultusError `CULTUS_INVALID_ARGUMENT` in a classifier that says what is no level.
 */
export function replay(trace: Trace, classifier: Classifier): readonly Transition[] {
  const clock = new FakeClock(0)
  const transitions: Transition[] = []
  let level: PressureLevel = 'normal'
  const run = classifier.start({
    trace,
    clock,
    say(to) {
      if (!isPressureLevel(to)) throw invalidArgument('level', 'be a pressure level', to)
      if (to === level) return
      transitions.push({ t: clock.now(), from: level, to })
      level = to
    },
  })
  try {
    for (const event of trace.events) {
      clock.advance(Math.max(0, event.t - clock.now()))
      // What observers said when the trace was recorded is not for a classifier to
      // know, nor how it ends.
      if (event.type !== 'level' && event.type !== 'end' && event.type !== 'held')
        run.observe(event)
    }
  } finally {
    run.stop?.()
  }
  return transitions
}

/** What an observer said while the trace was recorded, as changes of level. */
export function recordedTransitions(trace: Trace, source: string): readonly Transition[] {
  const transitions: Transition[] = []
  let from: PressureLevel = 'normal'
  for (const event of trace.events) {
    if (event.type !== 'level' || event.source !== source || event.level === from) continue
    transitions.push({ t: event.t, from, to: event.level })
    from = event.level
  }
  return transitions
}

/** A time for which a classifier was at one level, in milliseconds from the start of the trace. */
export interface LevelSpan {
  readonly level: PressureLevel
  readonly from: number
  readonly until: number
}

/** The levels that follow from transitions, one after another to the end of the trace. */
export function levelSpans(trace: Trace, transitions: readonly Transition[]): readonly LevelSpan[] {
  const spans: LevelSpan[] = []
  let from = 0
  let level: PressureLevel = 'normal'
  for (const { t, to } of transitions) {
    spans.push({ level, from, until: t })
    from = t
    level = to
  }
  spans.push({ level, from, until: Math.max(from, durationOf(trace)) })
  return spans
}

/** Whether a level is as bad as another, or worse. */
export function isAtLeast(level: PressureLevel, other: PressureLevel): boolean {
  return levelRank(level) >= levelRank(other)
}
