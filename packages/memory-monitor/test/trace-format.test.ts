import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { isCultusError } from '@cultus/core'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import {
  durationOf,
  endOf,
  formatTrace,
  parseTrace,
  readTrace,
  type Trace,
  type TraceEvent,
  traceEnds,
  withEnd,
  writeTrace,
} from '../src/trace/index.ts'
import { header, traceOf } from './trace-setup.ts'

const bytes = fc.nat(2 ** 40)
const time = fc.double({ min: 0, max: 1e6, noNaN: true, noDefaultInfinity: true })
const level = fc.constantFrom('normal', 'warning', 'critical', 'emergency' as const)

function eventOf<T extends Record<string, fc.Arbitrary<unknown>>>(type: string, fields: T) {
  return fc.record({ t: fc.constant(0), type: fc.constant(type), ...fields })
}

const body = fc.oneof(
  eventOf('gc', {
    kind: fc.constant('major'),
    lateness: time,
    quiet: time,
    busy: time,
    usedAfter: bytes,
  }),
  eventOf('gc', {
    kind: fc.constant('major'),
    lateness: time,
    quiet: time,
    busy: time,
    usedAfter: bytes,
    young: bytes,
  }),
  eventOf('heap', { used: bytes }),
  eventOf('heap', { used: bytes, heapUsed: bytes, heapTotal: bytes }),
  eventOf('process', { rss: bytes, external: bytes, arrayBuffers: bytes }),
  eventOf('container', { used: bytes, limit: fc.integer({ min: 1, max: 2 ** 40 }) }),
  eventOf('load', { offered: bytes, served: bytes }),
  eventOf('held', { bytes }),
  eventOf('mark', { name: fc.string({ minLength: 1 }) }),
  eventOf('level', { source: fc.string({ minLength: 1 }), level }),
) as unknown as fc.Arbitrary<TraceEvent>

const anyTrace: fc.Arbitrary<Trace> = fc
  .tuple(fc.array(fc.tuple(fc.nat(5_000), body), { maxLength: 30 }), fc.constantFrom(...traceEnds))
  .map(([steps, how]) => {
    let t = 0
    const events = steps.map(([wait, event]): TraceEvent => {
      t += wait
      return { ...event, t }
    })
    return traceOf(...events, { t, type: 'end', how })
  })

/** The message of the error that a call throws; the call must throw a CultusError. */
function refusal(call: () => unknown): string {
  try {
    call()
  } catch (error) {
    if (isCultusError(error)) return error.message
    throw error
  }
  throw new Error('nothing was refused')
}

describe('format', () => {
  test('reads back every trace it writes', () => {
    fc.assert(
      fc.property(anyTrace, (trace) => {
        expect(parseTrace(formatTrace(trace))).toEqual(trace)
      }),
    )
  })

  test('reads all whole lines of a trace that is cut off anywhere after its header', () => {
    fc.assert(
      fc.property(anyTrace, fc.nat(), (trace, at) => {
        const text = formatTrace(trace)
        const least = text.indexOf('\n') + 1
        const cut = text.slice(0, least + (at % (text.length - least + 1)))
        const parsed = parseTrace(cut)
        expect(parsed.header).toEqual(trace.header)
        expect(parsed.events).toEqual(trace.events.slice(0, parsed.events.length))
        const whole = cut.split('\n').length - 2
        expect(parsed.events.length).toBeGreaterThanOrEqual(whole)
        expect(parsed.torn).toBe(parsed.events.length === whole && !cut.endsWith('\n'))
      }),
    )
  })

  test('never throws anything but a CultusError, whatever the text', () => {
    const line = JSON.stringify(header)
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), fc.boolean(), (text, headed) => {
        try {
          parseTrace(headed ? `${line}\n${text}\n` : text)
        } catch (error) {
          expect(isCultusError(error)).toBe(true)
        }
      }),
    )
  })

  test('names the line and the field of what is wrong', () => {
    const first = JSON.stringify(header)
    const parse = (...lines: string[]) => refusal(() => parseTrace(`${lines.join('\n')}\n`))
    expect(parse('')).toBe('`line 1` must be the header of a trace, got ""')
    expect(parse(JSON.stringify({ ...header, version: 2 }))).toBe(
      '`line 1: version` must be 1, got 2',
    )
    expect(parse(first, '{"t":1,"type":"heap","used":5}', '{"t":2,"type":"heap","used":-5}')).toBe(
      '`line 3: used` must be a number of at least 0, got -5',
    )
    expect(parse(first, 'what')).toBe('`line 2` must be an event of a trace, got "what"')
    expect(parse(first, '{"t":1,"type":"constructor"}')).toMatch('`line 2` must be an event')
    expect(parse(first, '{"t":1,"type":"level","source":"x","level":"high"}')).toBe(
      '`line 2: level` must be a pressure level, got "high"',
    )
    expect(parse(first, '{"t":2,"type":"held","bytes":1}', '{"t":1,"type":"held","bytes":1}')).toBe(
      '`line 3: t` must be at least that of the line before, got 1',
    )
    expect(
      parse(first, '{"t":2,"type":"end","how":"heap"}', '{"t":2,"type":"held","bytes":1}'),
    ).toBe('`line 3` must not follow the end, got "held"')
  })

  test('takes the end from whoever outlived the process', () => {
    const torn = traceOf({ t: 5, type: 'held', bytes: 1 }, { t: 9, type: 'held', bytes: 2 })
    expect(endOf(torn)).toBeUndefined()
    expect(durationOf(torn)).toBe(9)
    const ended = withEnd({ ...torn, torn: true }, 'killed')
    expect(ended.torn).toBe(false)
    expect(endOf(ended)).toEqual({ t: 9, type: 'end', how: 'killed' })
    expect(withEnd(ended, 'heap', 7).events).toEqual([
      { t: 5, type: 'held', bytes: 1 },
      { t: 7, type: 'end', how: 'heap' },
    ])
  })
})

describe('files', () => {
  const trace = traceOf({ t: 5, type: 'held', bytes: 1 }, { t: 9, type: 'end', how: 'survived' })

  function directory(): string {
    const path = mkdtempSync(join(tmpdir(), 'cultus-trace-'))
    onTestFinished(() => rmSync(path, { recursive: true }))
    return path
  }

  test('are packed by their name', () => {
    const path = directory()
    for (const name of ['trace.jsonl', 'trace.jsonl.gz']) {
      writeTrace(join(path, name), trace)
      expect(readTrace(join(path, name))).toEqual(trace)
    }
  })

  test('give what can be unpacked of a file that is cut off', () => {
    const events = Array.from({ length: 5_000 }, (_, t): TraceEvent => {
      return { t, type: 'held', bytes: (t * 7_919) % 10_007 }
    })
    const packed = gzipSync(formatTrace(traceOf(...events)))
    const path = join(directory(), 'torn.jsonl.gz')
    writeFileSync(path, packed.subarray(0, packed.length / 2))
    const read = readTrace(path)
    expect(read.events.length).toBeGreaterThan(1_000)
    expect(read.events).toEqual(events.slice(0, read.events.length))
  })
})
