import { isPressureLevel, levelRank, type PressureLevel } from '@cultus/core'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { functionSink } from '../src/alerts/sink.ts'
import { nodeFileSystem } from '../src/evidence/file-system.ts'
import {
  type Classifier,
  classifier,
  formatTrace,
  monitorClassifier,
  parseTrace,
  ratioClassifier,
  replay,
  score,
  syntheticTrace,
  type Trace,
  type TraceEvent,
  type WorkloadName,
  worstLevel,
} from '../src/trace/index.ts'
import { header, heapTrace, traceOf } from './trace-setup.ts'

describe('replay', () => {
  test('tells a change of level once, at its time', () => {
    const trace = heapTrace(4, (second) => [10, 90, 95, 10, 10][second] ?? 0)
    expect(replay(trace, ratioClassifier('used/deathPoint'))).toEqual([
      { t: 1_000, from: 'normal', to: 'critical' },
      { t: 3_000, from: 'critical', to: 'normal' },
    ])
  })

  test('runs the timers of a classifier between events, and stops it even when it throws', () => {
    const trace = traceOf({ t: 0, type: 'held', bytes: 1 }, { t: 10_000, type: 'mark', name: 'x' })
    let stopped = 0
    const told: [number, PressureLevel][] = []
    const timed = (fails: boolean): Classifier => ({
      name: 'a timer',
      start({ clock, say }) {
        clock.setTimer(() => {
          told.push([clock.now(), 'warning'])
          say('warning')
        }, 2_500)
        return {
          observe({ type }) {
            if (fails && type === 'mark') throw new Error('seen')
          },
          stop: () => stopped++,
        }
      },
    })
    expect(replay(trace, timed(false))).toEqual([{ t: 2_500, from: 'normal', to: 'warning' }])
    expect(() => replay(trace, timed(true))).toThrow('seen')
    expect(told).toHaveLength(2)
    expect(stopped).toBe(2)
  })

  test('shows a classifier neither the truth nor what others said nor the end', () => {
    const seen: TraceEvent['type'][] = []
    replay(
      traceOf(
        { t: 0, type: 'heap', used: 1 },
        { t: 1, type: 'held', bytes: 1 },
        { t: 2, type: 'level', source: 'x', level: 'critical' },
        { t: 3, type: 'end', how: 'heap' },
      ),
      classifier('spy', ({ type }) => {
        seen.push(type)
        return undefined
      }),
    )
    expect(seen).toEqual(['heap'])
  })

  test('knows the shares that services watch', () => {
    const trace: Trace = {
      header: { ...header, containerLimitBytes: 200 },
      events: [
        { t: 0, type: 'heap', used: 86, heapUsed: 100, heapTotal: 110 },
        { t: 1, type: 'process', rss: 180, external: 0, arrayBuffers: 0 },
        { t: 2, type: 'container', used: 100, limit: 200, total: 190 },
        { t: 3, type: 'end', how: 'survived' },
      ],
      torn: false,
    }
    const raisedAt = (name: Parameters<typeof ratioClassifier>[0], threshold?: number) =>
      replay(trace, ratioClassifier(name, threshold))[0]?.t
    expect(raisedAt('used/deathPoint')).toBe(0)
    expect(raisedAt('heapUsed/heapTotal')).toBe(0)
    expect(raisedAt('heapUsed/heapLimit')).toBeUndefined()
    expect(raisedAt('heapUsed/heapLimit', 0.6)).toBe(0)
    expect(raisedAt('rss/limit')).toBe(1)
    expect(raisedAt('total/limit')).toBe(2)
  })
})

describe('the monitor in a replay', () => {
  test('has its collections answered by what the trace knows was live', () => {
    // Garbage up to 90 % on top of 30 % live, and V8 does not collect once.
    const events: TraceEvent[] = []
    for (let second = 0; second <= 30; second++) {
      const t = second * 1_000
      events.push({ t, type: 'heap', used: Math.min(90, 30 + second * 6) })
      events.push({ t, type: 'held', bytes: 30 })
    }
    const trace = traceOf(...events, { t: 30_000, type: 'end', how: 'survived' })
    let forced = 0
    const counted = monitorClassifier({ onEnd: (count) => (forced = count) })
    expect(worstLevel(replay(trace, counted))).toBe('normal')
    expect(forced).toBeGreaterThan(0)
    const blind = replay(trace, monitorClassifier({ verify: false }))
    expect(worstLevel(blind)).toBe('warning')
  })

  test('is at emergency before the end of a leak, and level by level', () => {
    const trace = syntheticTrace('W2', { seed: 7, leak: 0.01 })
    const told = replay(trace, monitorClassifier({ name: 'ours' }))
    const { died, missed, lead } = score(trace, told)
    expect({ died, missed }).toEqual({ died: true, missed: false })
    expect(lead.critical).toBeGreaterThan(5_000)
    expect(levelRank(worstLevel(told))).toBe(3)
  })

  test('follows a container without a reading of the heap', () => {
    const events = [50, 90, 90].map((used, second): TraceEvent => {
      return { t: second * 1_000, type: 'container', used, limit: 100 }
    })
    const trace = traceOf(...events, { t: 3_000, type: 'end', how: 'killed' })
    expect(replay(trace, monitorClassifier()).map(({ to }) => to)).toEqual(['critical'])
  })

  test('goes on when a listener of forecasts throws', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    onTestFinished(() => warn.mockRestore())
    const trace = syntheticTrace('W2', { seed: 7, minutes: 1 })
    const calm = replay(trace, monitorClassifier())
    const thrown = monitorClassifier({
      onForecast() {
        throw new Error('a listener that throws')
      },
    })
    expect(replay(trace, thrown)).toEqual(calm)
  })

  test('sends no alerts and writes no evidence, whatever settings it was handed', () => {
    const mkdir = vi.spyOn(nodeFileSystem, 'mkdir').mockResolvedValue(undefined)
    onTestFinished(() => mkdir.mockRestore())
    const send = vi.fn()
    const inService = {
      alerts: { sinks: [functionSink(send)] },
      evidence: { directory: 'evidence' },
    }
    const trace = syntheticTrace('W2', { seed: 7, leak: 0.01 })
    expect(worstLevel(replay(trace, monitorClassifier(inService as object)))).toBe('emergency')
    expect(send).not.toHaveBeenCalled()
    expect(mkdir).not.toHaveBeenCalled()
  })

  test('is the same each time', () => {
    const trace = syntheticTrace('W3', { seed: 5, minutes: 3 })
    expect(replay(trace, monitorClassifier())).toEqual(replay(trace, monitorClassifier()))
  })

  test('reads back from text to the same levels', () => {
    const trace = syntheticTrace('W6', { seed: 5, minutes: 2 })
    const read = parseTrace(formatTrace(trace))
    expect(replay(read, monitorClassifier())).toEqual(replay(trace, monitorClassifier()))
  })

  test('neither throws nor says what is no level, whatever is in the trace', () => {
    const bytes = fc.oneof(fc.nat(120), fc.constantFrom(0, 1e300))
    const body: fc.Arbitrary<(t: number) => TraceEvent> = fc.oneof(
      bytes.map(
        (used) =>
          (t: number): TraceEvent => ({ t, type: 'heap', used }),
      ),
      bytes.map(
        (held) =>
          (t: number): TraceEvent => ({ t, type: 'held', bytes: held }),
      ),
      bytes.map((rss) => (t: number): TraceEvent => {
        return { t, type: 'process', rss, external: 0, arrayBuffers: 0 }
      }),
      bytes.map(
        (used) =>
          (t: number): TraceEvent => ({ t, type: 'container', used, limit: 100 }),
      ),
      fc
        .tuple(bytes, fc.nat(100), fc.nat(100), fc.nat(500))
        .map(([usedAfter, quiet, busy, lateness]) => (t: number): TraceEvent => {
          return { t, type: 'gc', kind: 'major', usedAfter, quiet, busy, lateness }
        }),
    )
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.array(fc.tuple(fc.nat(4_000), body), { maxLength: 60 }),
        (verify, steps) => {
          let t = 0
          const events = steps.map(([wait, of]) => {
            t += wait
            return of(t)
          })
          let level: PressureLevel = 'normal'
          let last = 0
          for (const each of replay(traceOf(...events), monitorClassifier({ verify }))) {
            expect(each.from).toBe(level)
            expect(isPressureLevel(each.to)).toBe(true)
            expect(each.t).toBeGreaterThanOrEqual(last)
            level = each.to
            last = each.t
          }
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('synthetic traces', () => {
  const names: readonly WorkloadName[] = ['W1', 'W2', 'W3', 'W4', 'W5', 'W6', 'W7', 'W8', 'W9']

  test.each(names)('%s is well formed, ends as it must and follows its seed', (name) => {
    const trace = syntheticTrace(name, { seed: 3, minutes: 2 })
    expect(parseTrace(formatTrace(trace))).toEqual(trace)
    const dies = name === 'W2' || name === 'W8'
    const end = trace.events.at(-1)
    expect(end?.type === 'end' && end.how === 'survived').toBe(!dies)
    expect(syntheticTrace(name, { seed: 3, minutes: 2 })).toEqual(trace)
    expect(syntheticTrace(name, { seed: 4, minutes: 2 }).events).not.toEqual(trace.events)
  })

  test('are healthy at any size: no alarm with verification, none above warning without', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<WorkloadName>('W1', 'W5', 'W7'),
        fc.nat(2 ** 32 - 1),
        fc.integer({ min: 64, max: 2048 }),
        fc.integer({ min: 5, max: 40 }),
        (name, seed, capMiB, churn) => {
          const trace = syntheticTrace(name, { seed, capMiB, churn, minutes: 3 })
          expect(worstLevel(replay(trace, monitorClassifier()))).toBe('normal')
          const blind = worstLevel(replay(trace, monitorClassifier({ verify: false })))
          expect(levelRank(blind)).toBeLessThanOrEqual(1)
        },
      ),
      { numRuns: 40 },
    )
  })

  test('hover around a threshold without flapping', () => {
    const trace = syntheticTrace('W6', { seed: 9 })
    const { transitionsPerMinute } = score(trace, replay(trace, monitorClassifier()))
    expect(transitionsPerMinute).toBeLessThanOrEqual(2)
  })

  test('refuse a length and a size that mean nothing', () => {
    expect(() => syntheticTrace('W1', { minutes: 0 })).toThrow('`minutes` must be')
    expect(() => syntheticTrace('W1', { capMiB: Number.NaN })).toThrow('`capMiB` must be')
    expect(() => syntheticTrace('W1', { seed: -1 })).toThrow('`seed` must be')
  })
})
