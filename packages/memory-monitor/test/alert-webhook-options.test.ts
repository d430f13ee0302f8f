import { PressureBus } from '@cultus/core'
import { FakeClock } from '@cultus/core/testing'
import { describe, expect, test, vi } from 'vitest'
import { AlertEngine } from '../src/alerts/alert-engine.ts'
import { functionSink } from '../src/alerts/sink.ts'
import { type WebhookSinkOptions, webhookSink } from '../src/alerts/webhook-sink.ts'
import { Receiver, status, until } from './alert-receiver.ts'
import { alert, engineTo } from './alert-webhook-setup.ts'

describe('secrets', () => {
  test('in the address go out as basic authentication and appear nowhere', async () => {
    const receiver = await Receiver.start(status(401))
    const url = `${receiver.url.replace('//', '//me:p%40ss@')}/services/T0KEN?key=T0KEN`
    const { bus, engine, failures } = engineTo(receiver, { url })
    bus.publishAlert(alert)
    await until(() => failures.length === 1)
    const [request] = receiver.received
    expect(request?.path).toBe('/services/T0KEN?key=T0KEN')
    expect(request?.headers.authorization).toBe(`Basic ${btoa('me:p@ss')}`)
    const warnings = vi.mocked(process.emitWarning).mock.calls
    const shown = JSON.stringify([failures, engine.status(), warnings])
    expect(shown).toContain('401')
    for (const secret of ['p@ss', 'p%40ss', 'me:', 'T0KEN']) expect(shown).not.toContain(secret)
  })

  test('in a mistyped address or header are not in the error either', () => {
    for (const url of ['htp://me:pass@host', 'http//me:pass@host', 'me:pass']) {
      expect(() => webhookSink({ url })).toThrow(
        /^`url` must be an `http:` or `https:` URL, got [^@]*$/,
      )
      expect(() => webhookSink({ url })).not.toThrow(/pass/)
    }
    const headers = { authorization: 'Bearer pass\n' }
    expect(() =>
      webhookSink({ url: 'http://host', headers: { ...headers, 'bad name': 'pass' } }),
    ).toThrow('`headers` must be an object of valid header names and values')
  })

  test.each([
    ['Authorization: Bearer pass'],
    [[['authorization', 'Bearer pass']]],
    [new Headers({ authorization: 'Bearer pass' })],
    [{ authorization: undefined }],
    [{ authorization: ['Bearer pass'] }],
    [null],
  ])('in headers that are no object of strings are not shown, lost or misread: %o', (headers) => {
    expect(() => webhookSink({ url: 'http://host', headers: headers as never })).toThrow(
      expect.objectContaining({
        code: 'CULTUS_INVALID_OPTION',
        message: '`headers` must be an object of valid header names and values',
      }),
    )
  })

  test('in the error of a sink of somebody else are taken out', () => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const clock = new FakeClock()
    const bus = new PressureBus({ clock })
    const sink = functionSink(() => {
      throw new Error('cannot reach https://me:pass@host/path')
    }, 'mine')
    const engine = new AlertEngine({ sinks: [sink], rules: [], bus, clock }).start()
    bus.publishAlert(alert)
    expect(engine.status().sinks[0]?.lastFailure).toBe('cannot reach https://host/path')
    engine.stop()
  })
})

test.each([
  [{ url: 7 }, '`url` must be an `http:` or `https:` URL, got 7'],
  [{ timeout: 0 }, '`timeout` must be a number from 1 to 3600000, got 0'],
  [{ retry: { attempts: 0 } }, '`retry.attempts` must be an integer from 1 to 100, got 0'],
  [{ retry: { budget: -1 } }, '`retry.budget` must be a number from 0 to 3600000, got -1'],
  [{ retry: { pause: Number.NaN } }, '`retry.pause` must be a number from 0 to 3600000, got NaN'],
  [{ body: 'text' }, '`body` must be a function, got "text"'],
  [{ name: '' }, '`name` must be a non-empty string, got ""'],
  [{ retry: 5 }, '`retry` must be an object, got 5'],
  [{ retry: null }, '`retry` must be an object, got null'],
])('refuses %j', (options, message) => {
  const given = { url: 'http://host', ...options } as unknown as WebhookSinkOptions
  expect(() => webhookSink(given)).toThrow(
    expect.objectContaining({ code: 'CULTUS_INVALID_OPTION', message }),
  )
})
