import { PressureBus, systemClock } from '@cultus/core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { AlertEngine } from '../src/alerts/alert-engine.ts'
import { webhookSink } from '../src/alerts/webhook-sink.ts'
import { endless, garble, hang, Receiver, reset, status, until } from './alert-receiver.ts'
import { alert, engineTo, timeout } from './alert-webhook-setup.ts'

test('posts in the shape of an Alertmanager webhook, from the beginning to the end', async () => {
  const receiver = await Receiver.start()
  const { bus, sink } = engineTo(receiver)
  bus.publishAlert(alert)
  await until(() => sink().delivered === 1)
  bus.publishAlert({ ...alert, status: 'resolved', summary: 'back to normal' })
  await until(() => sink().delivered === 2)

  const [first, second] = receiver.bodies as [Record<string, unknown>, Record<string, unknown>]
  expect(receiver.received[0]).toMatchObject({
    method: 'POST',
    path: '/',
    headers: { 'content-type': 'application/json' },
  })
  const labels = {
    alertname: 'MemoryPressure',
    source: 'web',
    severity: 'critical',
    level: 'emergency',
    signal: 'heap',
  }
  const fingerprint = expect.stringMatching(/^[0-9a-f]{16}$/) as unknown
  const firing = {
    status: 'firing',
    labels,
    annotations: { summary: 'memory is at emergency: full' },
    startsAt: '2025-01-01T00:00:00.000Z',
    endsAt: '0001-01-01T00:00:00Z',
    generatorURL: '',
    fingerprint,
  }
  expect(first).toEqual({
    version: '4',
    groupKey: '{"source":"web"}',
    truncatedAlerts: 0,
    status: 'firing',
    receiver: 'cultus',
    groupLabels: { source: 'web' },
    commonLabels: labels,
    commonAnnotations: { summary: 'memory is at emergency: full' },
    externalURL: '',
    alerts: [firing],
    heldBack: 0,
  })
  const [started] = first['alerts'] as { fingerprint: string }[]
  const [ended] = second['alerts'] as object[]
  expect(ended).toMatchObject({
    status: 'resolved',
    labels,
    fingerprint: started?.fingerprint,
    annotations: { summary: 'back to normal' },
    endsAt: '2025-01-01T00:00:00.000Z',
  })
})

test('keeps no connection open', async () => {
  const receiver = await Receiver.start()
  const { bus, sink } = engineTo(receiver)
  bus.publishAlert(alert)
  await until(() => sink().delivered === 1)
  expect(receiver.received[0]?.headers.connection).toBe('close')
  await until(() => receiver.connections === 0)
})

test('posts what `body` makes of the notification, with the headers given', async () => {
  const receiver = await Receiver.start()
  const { bus, sink } = engineTo(receiver, {
    headers: { Authorization: 'Bearer secret', 'Content-Type': 'application/vnd.chat+json' },
    body: ({ alerts }) => ({ text: alerts.map(({ summary }) => summary).join('\n') }),
  })
  bus.publishAlert(alert)
  await until(() => sink().delivered === 1)
  expect(receiver.bodies).toEqual([{ text: 'memory is at emergency: full' }])
  expect(receiver.received[0]?.headers).toMatchObject({
    authorization: 'Bearer secret',
    'content-type': 'application/vnd.chat+json',
  })
})

describe('a receiver in trouble', () => {
  test.each([
    ['fails', status(500)],
    ['is busy', status(429)],
    ['was too slow to read', status(408)],
    ['breaks the connection', reset],
    ['answers garbage', garble],
  ])('that %s is asked again after a pause that grows, until it is well', async (_, trouble) => {
    const receiver = await Receiver.start(trouble)
    const { bus, clock, sink, failures } = engineTo(receiver)
    bus.publishAlert(alert)
    for (const [index, pause] of [500, 1_000, 2_000].entries()) {
      const actual = await clock.nextPause()
      expect(actual).toBeGreaterThan(pause / 2)
      expect(actual).toBeLessThanOrEqual(pause)
      expect(receiver.received.length).toBe(index + 1)
      if (index === 2) receiver.answer = status(204)
      clock.advance(actual)
    }
    await until(() => sink().delivered === 1)
    expect(receiver.received.length).toBe(4)
    expect(failures).toEqual([])
  })

  test('that hangs is given up after the time limit, and asked again', async () => {
    const receiver = await Receiver.start(hang)
    const { bus, clock, sink } = engineTo(receiver)
    bus.publishAlert(alert)
    await until(() => receiver.received.length === 1)
    receiver.answer = status(200)
    clock.advance(timeout)
    clock.advance(await clock.nextPause())
    await until(() => sink().delivered === 1)
    expect(receiver.received.length).toBe(2)
  })

  test('that answers without end is well: its answer is not read', async () => {
    const receiver = await Receiver.start(endless)
    const { bus, sink } = engineTo(receiver)
    bus.publishAlert(alert)
    await until(() => sink().delivered === 1)
  })

  test.each([400, 401, 404, 410, 301])(
    'that answers %i is not asked again at once',
    async (code) => {
      const receiver = await Receiver.start(status(code, { location: '/elsewhere' }))
      const { bus, sink, failures } = engineTo(receiver)
      bus.publishAlert(alert)
      await until(() => sink().failed === 1)
      expect(receiver.received.length).toBe(1)
      expect(failures).toEqual([`${receiver.url} answered ${code}`])
    },
  )

  test('is left alone as long as it asks for', async () => {
    const receiver = await Receiver.start(status(503, { 'retry-after': '7' }))
    const { bus, clock, sink } = engineTo(receiver)
    bus.publishAlert(alert)
    expect(await clock.nextPause()).toBe(7_000)
    expect(receiver.received.length).toBe(1)
    receiver.answer = status(200)
    clock.advance(7_000)
    await until(() => sink().delivered === 1)
  })

  test('is left alone by the engine where it asks for more than the sink may wait', async () => {
    const receiver = await Receiver.start(status(503, { 'retry-after': '600' }))
    const { bus, clock, sink } = engineTo(receiver)
    bus.publishAlert(alert)
    await until(() => sink().failed === 1)
    receiver.answer = status(200)
    clock.advance(599_999)
    await new Promise<void>((resolve) => setImmediate(resolve))
    expect(receiver.received.length).toBe(1)
    clock.advance(1)
    await until(() => sink().delivered === 1)
  })

  test('is told what became of the alert once it returns, and the other sink at once', async () => {
    const receiver = await Receiver.start(status(500))
    const { bus, clock, sink, other } = engineTo(receiver, { retry: { attempts: 1 } })
    bus.publishAlert({ ...alert, severity: 'warning' })
    await until(() => sink().failed === 1)
    bus.publishAlert({ ...alert, severity: 'critical' })
    bus.publishAlert({ ...alert, status: 'resolved' })
    expect(other).toHaveBeenCalledTimes(3)
    receiver.answer = status(200)
    clock.advance(5_000)
    await until(() => sink().delivered === 1)
    // It may have taken in the first: an end is owed, and it is told what was held back.
    expect(receiver.bodies.at(-1)).toMatchObject({ status: 'resolved', heldBack: 2 })
  })

  test('that fails, hangs, goes away and returns is told of all that is still so', async () => {
    const receiver = await Receiver.start(status(500))
    const { bus, clock, sink, failures } = engineTo(receiver, { retry: { attempts: 1 } })
    bus.publishAlert({ ...alert, severity: 'warning' })
    await until(() => sink().failed === 1)
    receiver.answer = hang
    bus.publishAlert({ ...alert, name: 'Brief' })
    clock.advance(5_000)
    await until(() => receiver.received.length === 2)
    clock.advance(timeout)
    await until(() => sink().failed === 2)
    await receiver.close()
    bus.publishAlert({ ...alert, severity: 'critical' })
    bus.publishAlert({ ...alert, name: 'Brief', status: 'resolved' })
    bus.publishAlert({ ...alert, name: 'Unheard' })
    bus.publishAlert({ ...alert, name: 'Unheard', status: 'resolved' })
    clock.advance(10_000)
    await until(() => sink().failed === 3)
    const returned = await Receiver.start(status(200), Number(new URL(receiver.url).port))
    clock.advance(20_000)
    await until(() => sink().delivered === 1)
    const [{ alerts }] = returned.bodies as [{ alerts: { status: string; labels: object }[] }]
    expect(alerts.map(({ status, labels }) => ({ status, ...labels }))).toMatchObject([
      { alertname: 'MemoryPressure', status: 'firing', level: 'critical' },
      { alertname: 'Brief', status: 'resolved' },
    ])
    expect(failures).toEqual([
      `${receiver.url} answered 500`,
      `${receiver.url} gave no answer: no answer within ${timeout} ms`,
      // Refused, or broken where the host had a connection in reserve.
      expect.stringMatching(/gave no answer: (ECONNREFUSED|ECONNRESET|UND_ERR_SOCKET)$/),
    ])
  })

  test('that is not there at all is reported with what the system says', async () => {
    const receiver = await Receiver.start()
    await receiver.close()
    const { bus, failures } = engineTo(receiver, { retry: { attempts: 1 } })
    bus.publishAlert(alert)
    await until(() => failures.length === 1)
    expect(failures).toEqual([`${receiver.url} gave no answer: ECONNREFUSED`])
  })

  test('is given up at once when the engine was stopped and nobody waits any longer', async () => {
    const receiver = await Receiver.start(hang)
    const { bus, clock, engine } = engineTo(receiver)
    bus.publishAlert(alert)
    await until(() => receiver.received.length === 1)
    engine.stop()
    expect(await engine.flush(0)).toBe(false)
    await until(() => clock.pendingTimers === 0)
  })
})

test('works by the clock of the machine', async () => {
  const receiver = await Receiver.start(status(500))
  const bus = new PressureBus()
  const sink = webhookSink({
    url: receiver.url,
    timeout: 100,
    // As many as a slow machine may need.
    retry: { attempts: 100, pause: 1, longestPause: 5 },
  })
  const engine = new AlertEngine({ sinks: [sink], rules: [], bus, clock: systemClock }).start()
  onTestFinished(() => engine.stop())
  bus.publishAlert(alert)
  await until(() => receiver.received.length >= 2)
  receiver.answer = hang
  const before = receiver.received.length
  await until(() => receiver.received.length > before)
  receiver.answer = status(200)
  expect(await engine.flush()).toBe(true)
  engine.stop()
  expect(await engine.flush()).toBe(true)
  expect(receiver.bodies.at(-1)).toMatchObject({ status: 'resolved' })
})
