import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type ProcessMessage,
  parseMemberMessage,
  parseProcessMessage,
  readingOf,
} from '../src/members/message.ts'
import { containerAt, messageOf, readingAt, snapshotOf } from './member-setup.ts'

const told: ProcessMessage = {
  cultus: 'memory-process',
  protocol: 1,
  pid: 7,
  report: {
    level: 'critical',
    ratio: 0.9,
    confidence: 'confirmed',
    signal: 'container',
    reason: 'full',
  },
}

const report = messageOf(3, {
  reading: readingAt('warning', 'estimated', { container: containerAt(0.5) }),
})

/** Every path of fields to a value, at any depth. */
function pathsOf(value: unknown): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => [
    [key],
    ...pathsOf(inner).map((path) => [key, ...path]),
  ])
}

/** A copy with the value at a path replaced. */
function replaced(value: unknown, [key = '', ...rest]: readonly string[], other: unknown): unknown {
  const inner = (value as Record<string, unknown>)[key]
  const next = rest.length === 0 ? other : replaced(inner, rest, other)
  return { ...(value as object), [key]: next }
}

const wrong = [
  undefined,
  Number.NaN,
  -1,
  Number.POSITIVE_INFINITY,
  '',
  'x'.repeat(5_000),
  [],
  {},
  true,
  1n,
]

describe('a message of a member', () => {
  test('is read as it was sent, through a clone and through JSON', () => {
    for (const message of [report, messageOf(3), messageOf(3, { reading: null })]) {
      expect(parseMemberMessage(structuredClone(message))).toEqual(message)
      expect(parseMemberMessage(JSON.parse(JSON.stringify(message)))).toEqual(message)
    }
  })

  test('is refused with any one field wrong', () => {
    for (const path of pathsOf(report)) {
      for (const value of wrong) {
        // The container may be left out.
        if (path.at(-1) === 'container' && value === undefined) continue
        expect({ path, value, parsed: parseMemberMessage(replaced(report, path, value)) }).toEqual({
          path,
          value,
          parsed: undefined,
        })
      }
    }
  })

  test('of another protocol is not read', () => {
    expect(parseMemberMessage({ ...report, protocol: 2 })).toBeUndefined()
  })

  test('carries nothing but what is known', () => {
    const padded = { ...report, extra: 'x', reading: { ...report.reading, extra: 'x' } }
    expect(parseMemberMessage(padded)).toEqual(report)
  })

  test('cuts a long reason rather than being refused', () => {
    const reading = readingOf('n'.repeat(900), snapshotOf({ reason: 'long '.repeat(900) }))
    expect(parseMemberMessage(messageOf(3, { reading }))?.reading).toEqual(reading)
  })

  test('that is anything else is not read and does not throw', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withMap: true, withDate: true }), (data) => {
        expect(parseMemberMessage(data)).toBeUndefined()
        expect(parseProcessMessage(data)).toBeUndefined()
      }),
    )
  })

  test('with noise in its fields is refused or made of what it may be made of', () => {
    const path = fc.constantFrom(...pathsOf(report))
    fc.assert(
      fc.property(fc.array(fc.tuple(path, fc.anything()), { maxLength: 3 }), (changes) => {
        let data: unknown = report
        for (const [where, value] of changes) {
          if (pathsOf(data).some((known) => known.join() === where.join()))
            data = replaced(data, where, value)
        }
        const parsed = parseMemberMessage(data)
        if (parsed === undefined) return
        expect(Object.keys(parsed)).toEqual(Object.keys(report))
        expect(parsed.reading?.ratio ?? 0).toBeGreaterThanOrEqual(0)
        expect(Number.isFinite(parsed.reading?.heap.usedBytes ?? 0)).toBe(true)
      }),
    )
  })
})

describe('a message of a view', () => {
  test('is read as it was sent', () => {
    expect(parseProcessMessage(structuredClone(told))).toEqual(told)
    expect(parseProcessMessage({ ...told, report: null })).toEqual({ ...told, report: null })
  })

  test('is refused with any one field wrong', () => {
    for (const path of pathsOf(told)) {
      for (const value of wrong) {
        expect(parseProcessMessage(replaced(told, path, value))).toBeUndefined()
      }
    }
  })

  test('is not taken for that of a member', () => {
    expect(parseMemberMessage(told)).toBeUndefined()
    expect(parseProcessMessage(report)).toBeUndefined()
  })
})
