import { pressureBus } from '@cultus/core'
import { expect, test } from 'vitest'
import { AlertEngine } from '../src/alerts/alert-engine.ts'
import { type AlertmanagerSinkOptions, alertmanagerSink } from '../src/alerts/alertmanager-sink.ts'
import type { AlertEngineOptions } from '../src/alerts/engine-options.ts'
import { functionSink } from '../src/alerts/sink.ts'

const rule = { name: 'A', when: 'warning', severity: 'info' } as const
const sink = functionSink(() => {})

test.each([
  [undefined, '`options` must be an object, got undefined'],
  [{}, '`sinks` must be an array, got undefined'],
  [{ sinks: [{}] }, '`sinks[0].send` must be a function, got undefined'],
  [{ sinks: [sink, null] }, '`sinks[1].send` must be a function, got undefined'],
  [{ sinks: [{ ...sink, name: '' }] }, '`sinks[0].name` must be a non-empty string, got ""'],
  [
    { sinks: [{ ...sink, repeatInterval: 0 }] },
    '`sinks[0].repeatInterval` must be a number from 1 to 2147483647, got 0',
  ],
  [{ rules: 'all' }, '`rules` must be an array, got "all"'],
  [{ rules: [7] }, '`rules[0]` must be an object, got 7'],
  [{ rules: [{ ...rule, name: '' }] }, '`rules[0].name` must be a non-empty string, got ""'],
  [{ rules: [rule, rule] }, '`rules[1].name` must differ from the others, got "A"'],
  [
    { rules: [{ ...rule, when: 'normal' }] },
    '`rules[0].when` must be one of warning, critical, emergency, unknown or a function, got "normal"',
  ],
  [
    { rules: [{ ...rule, severity: 'bad' }] },
    '`rules[0].severity` must be one of info, warning, critical, emergency, got "bad"',
  ],
  [
    { rules: [{ ...rule, for: -1 }] },
    '`rules[0].for` must be a number from 0 to 2147483647, got -1',
  ],
  [{ rules: [{ ...rule, summary: 7 }] }, '`rules[0].summary` must be a string, got 7'],
  [
    { rules: [{ ...rule, labels: [] }] },
    '`rules[0].labels` must be an object of strings, got an array',
  ],
  [{ rules: [{ ...rule, labels: { a: 1 } }] }, '`rules[0].labels.a` must be a string, got 1'],
  [{ for: 'ever' }, '`for` must be a number or an object of numbers, got "ever"'],
  [{ for: Number.NaN }, '`for` must be a number from 0 to 2147483647, got NaN'],
  [{ for: { info: -1 } }, '`for.info` must be a number from 0 to 2147483647, got -1'],
  [{ for: { warn: 5 } }, '`for` must name only info, warning, critical, emergency, got "warn"'],
  [{ repeatInterval: 0 }, '`repeatInterval` must be a number from 1 to 2147483647, got 0'],
  [{ groupBy: 'name' }, '`groupBy` must be an array, got "name"'],
  [{ groupBy: ['team'] }, '`groupBy` must name only source, severity, name, got "team"'],
  [{ groupWait: -1 }, '`groupWait` must be a number from 0 to 2147483647, got -1'],
  [{ rateLimit: 5 }, '`rateLimit` must be an object, got 5'],
  [{ rateLimit: { burst: 1.5 } }, '`rateLimit.burst` must be an integer from 1 to 1000, got 1.5'],
  [
    { rateLimit: { interval: 0 } },
    '`rateLimit.interval` must be a number from 1 to 2147483647, got 0',
  ],
  [{ sendTimeout: 0 }, '`sendTimeout` must be a number from 1 to 2147483647, got 0'],
  [{ resolveOnStop: 1 }, '`resolveOnStop` must be true or false, got 1'],
  [{ maxAlerts: 0 }, '`maxAlerts` must be a number from 1 to 100000, got 0'],
  [{ name: '' }, '`name` must be a non-empty string, got ""'],
])('refuses %j', (options, message) => {
  const given = (
    options === undefined || Object.keys(options).length === 0
      ? options
      : { sinks: [sink], ...options }
  ) as AlertEngineOptions
  expect(() => new AlertEngine(given)).toThrow(
    expect.objectContaining({ code: 'CULTUS_INVALID_OPTION', message }),
  )
})

test('takes what is left out, or `undefined`, for the default', () => {
  const given = { sinks: [], rules: undefined, groupWait: undefined } as unknown
  expect(new AlertEngine(given as AlertEngineOptions).status()).toEqual({
    running: false,
    firing: [],
    pending: 0,
    ignored: 0,
    refused: 0,
    sinks: [],
  })
})

test('listens to the bus of the process unless given another', () => {
  const told: unknown[] = []
  const engine = new AlertEngine({ sinks: [functionSink((all) => told.push(all))], rules: [] })
  engine.start()
  const alert = { name: 'A', source: 'web', severity: 'info', summary: '', at: 0 } as const
  pressureBus().publishAlert({ ...alert, status: 'firing' })
  engine.stop()
  expect(told).toHaveLength(2)
})

test.each([
  [() => functionSink('send' as never), '`send` must be a function, got "send"'],
  [() => functionSink(() => {}, ''), '`name` must be a non-empty string, got ""'],
  [
    () => new AlertEngine({ sinks: [] }).on('send' as never, () => {}),
    '`event` must be one of delivery, failure, got "send"',
  ],
])('refuses arguments that cannot be meant: %s', (call, message) => {
  expect(call).toThrow(expect.objectContaining({ code: 'CULTUS_INVALID_ARGUMENT', message }))
})

test.each([
  [{ url: 'ftp://host' }, '`url` must be an `http:` or `https:` URL, got ftp:'],
  [{ labels: { a: 1 } }, '`labels.a` must be a string, got 1'],
  [{ annotations: 'text' }, '`annotations` must be an object of strings, got "text"'],
  [{ generatorURL: 7 }, '`generatorURL` must be a string, got 7'],
  [{ endsAfter: 10 }, '`endsAfter` must be a number from 1000 to 86400000, got 10'],
  [{ name: '' }, '`name` must be a non-empty string, got ""'],
])('refuses an Alertmanager at %j', (options, message) => {
  const given = { url: 'http://host', ...options } as unknown as AlertmanagerSinkOptions
  expect(() => alertmanagerSink(given)).toThrow(
    expect.objectContaining({ code: 'CULTUS_INVALID_OPTION', message }),
  )
})
