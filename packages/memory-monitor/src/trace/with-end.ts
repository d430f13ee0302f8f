import { assertEvent } from './format.ts'
import { durationOf, type EndTraceEvent, type Trace, type TraceEnd } from './trace.ts'

/**
 * The trace with its end, which whoever outlived the process knows; in place of the one it had.
 *
 * @throws CultusError `CULTUS_INVALID_ARGUMENT` for an end or a time that could not be read back.
 */
export function withEnd(trace: Trace, how: TraceEnd, t: number = durationOf(trace)): Trace {
  const end: EndTraceEvent = { t, type: 'end', how }
  assertEvent(end)
  const events = trace.events.filter((event) => event.type !== 'end' && event.t <= t)
  return { header: trace.header, events: [...events, end], torn: false }
}
