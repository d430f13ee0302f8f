import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { MajorCollection } from '../src/sources/collection.ts'
import type { TraceEvent } from '../src/trace/index.ts'
import { LiveTruth } from '../src/trace/live-truth.ts'
import { ReplaySources } from '../src/trace/replay-sources.ts'
import { traceOf } from './trace-setup.ts'

function major(t: number, usedAfter: number, times: Partial<MajorCollection> = {}): TraceEvent {
  return { t, type: 'gc', kind: 'major', usedAfter, lateness: 0, quiet: 900, busy: 10, ...times }
}

describe('the truth of a trace', () => {
  test('follows a line from one collection to the next, and stands still outside of them', () => {
    const truth = new LiveTruth(traceOf(major(100, 20), major(300, 60)))
    expect([0, 100, 200, 300, 900].map((t) => truth.at(t))).toEqual([20, 20, 40, 60, 60])
  })

  test('follows what the workload holds, with what the runtime holds on top', () => {
    const truth = new LiveTruth(
      traceOf(
        { t: 0, type: 'held', bytes: 50 },
        major(100, 55),
        { t: 200, type: 'held', bytes: 50 },
        { t: 200, type: 'held', bytes: 0 },
        { t: 900, type: 'held', bytes: 0 },
      ),
    )
    expect([50, 150, 200, 500].map((t) => truth.at(t))).toEqual([55, 55, 5, 5])
  })

  test('is unknown to a trace that tells nothing of it', () => {
    expect(new LiveTruth(traceOf({ t: 0, type: 'heap', used: 9 })).at(5)).toBeUndefined()
  })
})

describe('the sources of a replay', () => {
  test('forget a forced collection at the next recorded one', () => {
    let now = 0
    const events: TraceEvent[] = [
      { t: 0, type: 'heap', used: 80 },
      { t: 0, type: 'held', bytes: 30 },
      { t: 1_000, type: 'heap', used: 90 },
      major(2_000, 35),
      { t: 3_000, type: 'heap', used: 60 },
    ]
    const sources = new ReplaySources(traceOf(...events), () => now)
    const heard: MajorCollection[] = []
    sources.start((collection) => heard.push(collection))
    const used = events.map((event) => {
      now = event.t
      sources.play(event)
      const before = sources.heap()
      if (now === 0 && event.type === 'heap') sources.collect()
      return [before, sources.heap()]
    })
    // The truth is 30 and the 5 that the recorded collection found beyond it.
    expect(used).toEqual([
      [80, 35],
      [35, 35],
      [45, 45],
      [35, 35],
      [60, 60],
    ])
    expect(heard).toEqual([{ lateness: 0, quiet: 900, busy: 10 }])
    expect(sources.forced).toBe(1)
  })

  test('shorten the quiet time of a recorded collection by a forced one', () => {
    let now = 0
    const trace = traceOf(major(1_000, 50), major(2_000, 50, { quiet: 990, young: 7 } as object))
    const sources = new ReplaySources(trace, () => now)
    const quiet: number[] = []
    sources.start((collection) => quiet.push(collection.quiet))
    for (const event of trace.events) {
      now = event.t - 100
      if (event.t === 2_000) sources.collect()
      now = event.t
      sources.play(event)
    }
    expect(quiet).toEqual([900, 90])
    expect(sources.collect().youngBytes).toBe(7)
  })

  test('stay between nothing and what was recorded, whatever is collected when', () => {
    const step = fc.record({
      wait: fc.nat(2_000),
      what: fc.constantFrom('heap', 'major', 'held', 'collect'),
      bytes: fc.nat(100),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let t = 0
        const events: TraceEvent[] = []
        const collections = new Set<number>()
        for (const { wait, what, bytes } of steps) {
          t += wait
          if (what === 'heap') events.push({ t, type: 'heap', used: bytes })
          else if (what === 'held') events.push({ t, type: 'held', bytes })
          else if (what === 'major') events.push(major(t, bytes))
          else collections.add(events.length - 1)
        }
        let now = 0
        let recorded = 0
        const sources = new ReplaySources(traceOf(...events), () => now)
        for (const [index, event] of events.entries()) {
          now = event.t
          sources.play(event)
          if (event.type === 'heap') recorded = event.used
          if (event.type === 'gc') recorded = event.usedAfter
          expect(sources.heap()).toBeGreaterThanOrEqual(0)
          expect(sources.heap()).toBeLessThanOrEqual(recorded)
          if (!collections.has(index)) continue
          const before = sources.heap()
          const { usedBefore, usedAfter, quiet, busy } = sources.collect()
          expect(usedBefore).toBe(before)
          expect(usedAfter).toBeLessThanOrEqual(usedBefore)
          expect(sources.heap()).toBe(usedAfter)
          expect(Math.min(usedAfter, quiet, busy)).toBeGreaterThanOrEqual(0)
          // At once again it finds nothing more.
          expect(sources.collect().usedAfter).toBe(usedAfter)
        }
      }),
    )
  })
})
