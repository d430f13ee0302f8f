import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import {
  classifier,
  formatTrace,
  parseTrace,
  ratioClassifier,
  readTrace,
  replay,
  syntheticTrace,
  TraceRecorder,
  type WorkloadName,
  withEnd,
} from '../src/trace/index.ts'
import { heapTrace } from './trace-setup.ts'

const trace = heapTrace(3, () => 50)
const names: readonly WorkloadName[] = ['W1', 'W2', 'W3', 'W4', 'W5', 'W6', 'W7', 'W8', 'W9']

test.each<readonly [() => unknown, string]>([
  [
    () => ratioClassifier('heapUsed/heap_limit' as never),
    '`name` must be one of heapUsed/heapLimit, heapUsed/heapTotal, used/deathPoint, rss/limit, ' +
      'total/limit, got "heapUsed/heap_limit"',
  ],
  [() => withEnd(trace, 'oom' as never), '`how` must be survived or heap or ineffective or'],
  [() => withEnd(trace, 'heap', Number.NaN), '`t` must be a number of at least 0, got NaN'],
  [() => withEnd(trace, 'heap', -1), '`t` must be a number of at least 0, got -1'],
  [
    () => syntheticTrace('W99' as never),
    '`name` must be one of W1, W2, W3, W4, W5, W6, W7, W8, W9, got "W99"',
  ],
  [() => syntheticTrace('toString' as never), '`name` must be one of W1'],
  [
    () =>
      replay(trace, { name: 'mine', start: ({ say }) => ({ observe: () => say('x' as never) }) }),
    '`level` must be a pressure level, got "x"',
  ],
  [
    () =>
      replay(
        trace,
        classifier('mine', () => 'criticall' as never),
      ),
    '`level` must be a pressure level, got "criticall"',
  ],
])('refuses an argument that means nothing: %s', (call, message) => {
  expect(call).toThrow(
    expect.objectContaining({
      code: 'CULTUS_INVALID_ARGUMENT',
      message: expect.stringContaining(message),
    }),
  )
})

test.each<readonly [() => unknown, string]>([
  [() => ratioClassifier('rss/limit', 85), '`threshold` must be a number from 0 to 1, got 85'],
  [() => ratioClassifier('rss/limit', '85%' as never), '`threshold` must be a number from 0 to 1'],
  [() => syntheticTrace('W2', null as never), '`options` must be an object, got null'],
  [() => syntheticTrace('W2', { leak: 'x' as never }), '`leak` must be a number from 0 to 1, got'],
  [() => syntheticTrace('W2', { leak: -0.1 }), '`leak` must be a number from 0 to 1, got -0.1'],
  [() => syntheticTrace('W2', { base: 2 }), '`base` must be a number from 0 to 1, got 2'],
  [() => syntheticTrace('W2', { churn: -1 }), '`churn` must be a number from 0 to 1048576'],
  [() => syntheticTrace('W2', { capMiB: '256' as never }), '`capMiB` must be a number from 16 to'],
  [() => syntheticTrace('W2', { containerMiB: -1 }), '`containerMiB` must be a number from 0 to'],
  [() => syntheticTrace('W8', { containerMiB: 0 }), '`containerMiB` must be a number from 1 to'],
  [() => syntheticTrace('W2', { minutes: '1' as never }), '`minutes` must be a number from 0.01'],
  [() => syntheticTrace('W2', { seed: 'x' as never }), '`seed` must be a number from 0 to'],
  [
    () => new TraceRecorder({ path: 'unwritten', monitor: {} as never }),
    '`monitor` must have a method `on`, got an object',
  ],
  [
    () => new TraceRecorder({ path: 'unwritten', monitor: null as never }),
    '`monitor` must have a method `on`, got null',
  ],
])('refuses a setting that means nothing: %s', (call, message) => {
  expect(call).toThrow(
    expect.objectContaining({
      code: 'CULTUS_INVALID_OPTION',
      message: expect.stringContaining(message),
    }),
  )
})

test('a generated trace is read back, whatever was settled that is not refused', () => {
  const settings = fc.record(
    {
      base: fc.double({ min: 0, max: 1, noNaN: true }),
      leak: fc.double({ min: 0, max: 1, noNaN: true }),
      churn: fc.double({ min: 0, max: 2 ** 20, noNaN: true }),
      containerMiB: fc.double({ min: 1, max: 2 ** 20, noNaN: true }),
      capMiB: fc.double({ min: 16, max: 2 ** 20, noNaN: true }),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(fc.constantFrom(...names), settings, (name, given) => {
      const generated = syntheticTrace(name, { ...given, minutes: 0.1 })
      expect(parseTrace(formatTrace(generated))).toEqual(generated)
    }),
    { numRuns: 100 },
  )
})

test('a setting that is `undefined` or unknown is as one that was left out', () => {
  const given = { leak: undefined, leek: {} } as object
  expect(syntheticTrace('W2', { ...given, minutes: 0.1 })).toEqual(
    syntheticTrace('W2', { minutes: 0.1 }),
  )
})

test('a file that is packed in name only, or broken, is no trace, and the cause is told', () => {
  const directory = mkdtempSync(join(tmpdir(), 'cultus-trace-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const path = join(directory, 'trace.jsonl.gz')
  const broken = gzipSync(formatTrace(trace))
  broken.fill(0xff, 12, 40)
  for (const content of ['not packed at all', broken]) {
    writeFileSync(path, content)
    expect(() => readTrace(path)).toThrow(
      expect.objectContaining({
        code: 'CULTUS_INVALID_ARGUMENT',
        message: `\`path\` must name a file that can be unpacked, got ${JSON.stringify(path)}`,
        cause: expect.objectContaining({ code: 'Z_DATA_ERROR' }),
      }),
    )
  }
})
