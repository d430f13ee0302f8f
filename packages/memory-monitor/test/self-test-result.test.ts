import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { selfTestReport } from '../src/cli/report.ts'
import { parseMessage } from '../src/self-test/message.ts'
import { deathOf, judge, type SelfTestFacts } from '../src/self-test/result.ts'

const mib = 2 ** 20
const good: SelfTestFacts = {
  deathPoint: { bytes: 100 * mib, origin: 'flag' },
  usedBytes: 99 * mib,
  emergencyAt: 1_000,
  diedAt: 3_500,
  how: 'heap-limit',
}

describe('a run', () => {
  test('passes when the heap died where it was said to, and was heard to', () => {
    const result = judge(good)
    expect(result).toMatchObject({
      reportedBytes: 100 * mib,
      measuredBytes: 99 * mib,
      emergencyBefore: 2_500,
      passed: true,
    })
    expect(result.error).toBeCloseTo(-0.01)
  })

  test.each<[string, Partial<SelfTestFacts>]>([
    ['passes when V8 gave up at 80 %', { usedBytes: 80 * mib, how: 'ineffective-collections' }],
    ['passes at just under 3 % over', { usedBytes: 102.9 * mib }],
  ])('%s', (_, facts) => {
    expect(judge({ ...good, ...facts }).passed).toBe(true)
  })

  test.each<[string, Partial<SelfTestFacts>]>([
    ['more was used than was reported', { usedBytes: 104 * mib }],
    ['it died far under what was reported', { usedBytes: 74 * mib }],
    ['`emergency` was never published', { emergencyAt: undefined }],
    ['the kernel killed it', { how: 'killed' }],
    ['it did not die in time', { how: 'timeout' }],
    ['it ended in another way', { how: 'other' }],
    ['it never told its death point', { deathPoint: undefined }],
  ])('fails when %s', (_, facts) => {
    expect(judge({ ...good, ...facts }).passed).toBe(false)
  })

  test('is judged in finite numbers, whatever was heard', () => {
    fc.assert(
      fc.property(
        fc.record({
          bytes: fc.option(fc.nat()),
          usedBytes: fc.nat(),
          emergencyAt: fc.option(fc.nat(), { nil: undefined }),
          diedAt: fc.nat(),
          how: fc.constantFrom('heap-limit', 'killed', 'timeout', 'other'),
        }),
        ({ bytes, ...facts }) => {
          const deathPoint = bytes === null ? undefined : { bytes, origin: 'flag' as const }
          const { error, emergencyBefore = 0, passed } = judge({ ...facts, deathPoint })
          expect(Number.isFinite(error)).toBe(true)
          expect(emergencyBefore).toBeGreaterThanOrEqual(0)
          if (passed) expect(Math.abs(error)).toBeLessThanOrEqual(0.25)
        },
      ),
    )
  })
})

describe('a death', () => {
  test.each([
    [
      'FATAL ERROR: Ineffective mark-compacts near heap limit',
      'SIGABRT',
      'ineffective-collections',
    ],
    ['FATAL ERROR: Reached heap limit Allocation failed', 'SIGABRT', 'heap-limit'],
    ['FATAL ERROR: JavaScript heap out of memory', null, 'heap-limit'],
    ['', 'SIGKILL', 'killed'],
    ['TypeError: x is not a function', null, 'other'],
  ] as const)('is told by %j and %s', (stderr, signal, how) => {
    expect(deathOf(stderr, signal)).toBe(how)
  })
})

describe('a line of the child', () => {
  test.each(['', '{"level":', 'null', '7', 'Debugger attached.'])(
    'may be no message: %j',
    (line) => {
      expect(parseMessage(line)).toBeUndefined()
    },
  )

  test('is a message', () => {
    expect(parseMessage('{"usedBytes":5}')).toEqual({ usedBytes: 5 })
  })
})

describe('the report', () => {
  test('says what was found, in sentences', () => {
    expect(selfTestReport(judge(good)).split('\n')).toEqual([
      'reported   100.0 MiB, from a flag on the command line',
      'measured   99.0 MiB when it died (-1.0 %)',
      'death      V8 reached the limit of the heap',
      'emergency  published 2.5 s before',
      'PASS',
      '',
    ])
  })

  test('says what was missed', () => {
    const report = selfTestReport(judge({ ...good, emergencyAt: undefined }))
    expect(report).toContain('emergency  was never published')
    expect(report).toContain('FAIL')
  })
})
