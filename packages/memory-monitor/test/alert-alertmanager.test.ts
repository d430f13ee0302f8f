import { type PressureAlert, PressureBus } from '@cultus/core'
import { FakeClock } from '@cultus/core/testing'
import { expect, onTestFinished, test, vi } from 'vitest'
import { AlertEngine } from '../src/alerts/alert-engine.ts'
import { type AlertmanagerSinkOptions, alertmanagerSink } from '../src/alerts/alertmanager-sink.ts'
import { Receiver, reset, status, until } from './alert-receiver.ts'

interface Posted {
  readonly labels: Record<string, string>
  readonly annotations: Record<string, string>
  readonly startsAt: string
  readonly endsAt: string
  readonly generatorURL?: string
}

/** An engine with an Alertmanager, and what was posted to it. */
function engineTo(receiver: Receiver, options: Partial<AlertmanagerSinkOptions> = {}) {
  vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  const clock = new FakeClock()
  const bus = new PressureBus({ clock })
  const sink = alertmanagerSink({ url: receiver.url, retry: { attempts: 1 }, ...options })
  const engine = new AlertEngine({ sinks: [sink], rules: [], bus, clock }).start()
  onTestFinished(() => engine.stop())
  let settled = 0
  for (const event of ['delivery', 'failure'] as const)
    engine.on(event, () => {
      settled++
    })
  return {
    clock,
    engine,
    raise: async (severity: PressureAlert['severity'], more: Partial<PressureAlert> = {}) => {
      const before = settled
      const labels = { signal: 'heap', level: severity }
      const alert = { name: 'MemoryPressure', source: 'web', severity, summary: 'full', labels }
      bus.publishAlert({ ...alert, status: 'firing', at: clock.date(), ...more })
      await until(() => settled > before)
    },
    next: async (milliseconds: number) => {
      const before = settled
      clock.advance(milliseconds)
      await until(() => settled > before)
    },
    posted: () => receiver.bodies as readonly (readonly Posted[])[],
    /** The labels that tell severities apart, and when each alert ends after the time of posting. */
    last: () =>
      (receiver.bodies.at(-1) as readonly Posted[]).map(({ labels, endsAt }) => [
        labels['level'],
        Date.parse(endsAt) - clock.date(),
      ]),
  }
}

test('posts to the v2 API, where `emergency` is critical, with an end ahead', async () => {
  const receiver = await Receiver.start()
  const { raise, posted, clock } = engineTo(receiver, {
    url: `${receiver.url}/prefix/`,
    labels: { service: 'shop', 'bad-name': 'kept', '0': 'zero', source: 'not this' },
    annotations: { runbook_url: 'http://runbook' },
    generatorURL: 'http://dashboard',
  })
  await raise('emergency')
  expect(receiver.received[0]).toMatchObject({ method: 'POST', path: '/prefix/api/v2/alerts' })
  expect(posted()).toEqual([
    [
      {
        labels: {
          alertname: 'MemoryPressure',
          source: 'web',
          severity: 'critical',
          level: 'emergency',
          signal: 'heap',
          service: 'shop',
          bad_name: 'kept',
          _0: 'zero',
        },
        annotations: { summary: 'full', runbook_url: 'http://runbook' },
        startsAt: new Date(clock.date()).toISOString(),
        endsAt: new Date(clock.date() + 300_000).toISOString(),
        generatorURL: 'http://dashboard',
      },
    ],
  ])
})

test('ends what the labels of an earlier severity named, when the severity changes', async () => {
  const receiver = await Receiver.start()
  const { raise, last } = engineTo(receiver)
  await raise('warning')
  await raise('emergency')
  expect(last()).toEqual([
    ['warning', 0],
    ['emergency', 300_000],
  ])
  await raise('info', { status: 'resolved' })
  expect(last()).toEqual([['emergency', 0]])
})

test('puts the end off before it comes, under the same labels', async () => {
  const receiver = await Receiver.start()
  const { raise, next, last, posted } = engineTo(receiver, { endsAfter: 60_000 })
  await raise('critical')
  await next(15_000)
  await next(15_000)
  expect(posted()).toHaveLength(3)
  expect(last()).toEqual([['critical', 60_000]])
  const [first, , third] = posted()
  expect(third?.[0]?.labels).toEqual(first?.[0]?.labels)
  expect(third?.[0]?.startsAt).toBe(first?.[0]?.startsAt)
})

test('tells what still fires again under the labels it had, or it would be another alert', async () => {
  const receiver = await Receiver.start()
  const { raise, next, posted } = engineTo(receiver, { endsAfter: 60_000 })
  await raise('critical')
  const again = raise('critical', { summary: 'fuller', labels: { signal: 'container' } })
  await next(15_000)
  await again
  const [[first], second] = posted() as readonly [readonly [Posted], readonly Posted[]]
  expect(second).toMatchObject([{ labels: first.labels, annotations: { summary: 'fuller' } }])
})

test('ends every set of labels that may have arrived', async () => {
  const receiver = await Receiver.start(reset)
  const { raise, next, last } = engineTo(receiver)
  await raise('warning')
  const critical = raise('critical')
  await next(5_000)
  await critical
  const over = raise('info', { status: 'resolved' })
  receiver.answer = status(200)
  await next(10_000)
  await over
  // With the time at which it was over, not that at which it could be told.
  expect(last()).toEqual([
    ['warning', -10_000],
    ['critical', -10_000],
  ])
})
