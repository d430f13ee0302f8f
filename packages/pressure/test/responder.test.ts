import type { ReliefEvent } from '@cultus/core'
import { scriptedPressure } from '@cultus/core/testing'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { PressureResponder, type PressureResponderOptions } from '../src/responder.ts'
import { type Fault, Store, settle } from './store-consumer.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

function responding(options: PressureResponderOptions = {}, stores: readonly Store[] = []) {
  const pressure = scriptedPressure()
  for (const store of stores) pressure.registry.register(store)
  const responder = new PressureResponder({ ...pressure, ...options }).start()
  return { pressure, responder, ...pressure }
}

const silenced = (): void => {
  vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
}

describe('a rise', () => {
  test('limits every consumer by tier and makes it release down to that', async () => {
    const users = new Store('users')
    const answers = new Store('answers', { role: 'ai' })
    const tokens = new Store('tokens', { ratios: { warning: 0.9 } })
    const { pressure } = responding({}, [users, answers, tokens])
    pressure.set('warning')
    await settle()
    expect([users, answers, tokens].map(({ bytes }) => bytes)).toEqual([750, 750, 900])
    pressure.set('critical')
    await settle()
    expect([users, answers, tokens].map(({ bytes }) => bytes)).toEqual([500, 0, 500])
    pressure.set('emergency')
    await settle()
    expect([users, answers, tokens].map(({ bytes }) => bytes)).toEqual([100, 0, 100])
  })

  test('counts from what a consumer held when the pressure began, not from what it holds by then', async () => {
    const half = new Store('half', { bytes: 400 })
    const { pressure } = responding({}, [half])
    pressure.set('warning')
    await settle()
    expect(half.bytes).toBeCloseTo(300)
    pressure.set('critical')
    await settle()
    expect(half.bytes).toBeCloseTo(200)
  })

  test('has the biggest release first', async () => {
    const journal: string[] = []
    const small = new Store('small', { bytes: 200, journal })
    const big = new Store('big', { bytes: 900, journal })
    const { pressure } = responding({}, [small, big])
    pressure.set('warning')
    await settle()
    expect(journal).toEqual(['big begins', 'big ends', 'small begins', 'small ends'])
  })

  test('takes hold of consumers that come while it lasts', async () => {
    const { pressure, registry } = responding()
    pressure.set('critical')
    const late = new Store('late')
    registry.register(late)
    await settle()
    expect(late.bytes).toBe(500)
  })

  test.each<Fault>([
    'usage throws',
    'setLimitRatio throws',
    'release throws',
    'release rejects',
    'release hangs',
    'release returns nothing',
    'reports garbage',
  ])('reaches the others although one does: %s', async (fault) => {
    silenced()
    const bad = new Store('bad', { fault, bytes: 5_000 })
    const good = new Store('good')
    const { pressure, clock, responder } = responding({}, [bad, good])
    pressure.set('emergency')
    await settle()
    clock.advance(1_000)
    await settle()
    expect(good.bytes).toBe(100)
    pressure.play([['normal', 120_000]])
    expect([bad.ratio, good.ratio]).toEqual([1, 1])
    responder.stop()
    expect(clock.pendingTimers).toBe(1)
  })

  test('that comes while an earlier release still runs ends in the worse bound', async () => {
    const big = new Store('big')
    const { pressure } = responding({}, [big])
    pressure.set('warning')
    await settle(2)
    pressure.set('emergency')
    await settle()
    expect(big.bytes).toBe(100)
    expect(big.mostReleasing).toBe(1)
  })
})

describe('a fall', () => {
  test('gives limits back by steps, and ends what still releases', async () => {
    const users = new Store('users')
    const { pressure, clock } = responding({}, [users])
    pressure.set('critical')
    await settle(2)
    pressure.set('normal')
    await settle()
    expect(users.bytes).toBeGreaterThan(500)
    expect(users.ratio).toBe(0.5)
    clock.advance(5_000)
    expect(users.ratio).toBeCloseTo(0.75)
    clock.advance(5_000)
    expect(users.ratio).toBe(1)
  })

  test('that is followed by a relapse limits anew by what is held then', async () => {
    const users = new Store('users')
    const { pressure, clock } = responding({}, [users])
    pressure.set('critical')
    await settle()
    pressure.set('normal')
    clock.advance(2_000)
    users.bytes = 600
    pressure.set('warning')
    expect(users.ratio).toBeCloseTo(0.45)
    await settle()
    expect(users.bytes).toBeCloseTo(450)
  })
})

describe('actions', () => {
  test('stand from their level on and are logged in the order of pino', () => {
    const lines: unknown[] = []
    const log = {
      info: (fields: object, message: string) => lines.push(['info', fields, message]),
      warn: (fields: object, message: string) => lines.push(['warn', fields, message]),
    }
    const journal: string[] = []
    const action = {
      name: 'pause',
      apply: () => journal.push('+'),
      revert: () => journal.push('-'),
    }
    const { pressure, responder } = responding({ log, tiers: { critical: { actions: [action] } } })
    pressure.set('warning')
    expect(journal).toEqual([])
    pressure.set('critical', { signal: 'heap' })
    expect(responder.status().actions).toEqual([{ name: 'pause', level: 'critical', active: true }])
    pressure.set('normal')
    expect(journal).toEqual(['+', '-'])
    expect(lines).toMatchObject([
      ['warn', { level: 'warning', previous: 'normal', ratio: 0.75 }, 'memory pressure rose'],
      ['warn', { level: 'critical', signal: 'heap', limited: 0 }, 'memory pressure rose'],
      ['info', { level: 'normal', previous: 'critical' }, 'memory pressure fell'],
    ])
  })

  test('that fail are logged, and a log that throws harms nothing', () => {
    silenced()
    const failed: object[] = []
    const boom = new Error('boom')
    const { pressure, responder } = responding({
      log: {
        info: () => {},
        warn: (fields) => {
          failed.push(fields)
          throw new Error('disk full')
        },
      },
      tiers: {
        warning: {
          actions: [
            {
              name: 'pause',
              apply: () => {
                throw boom
              },
              revert: () => {},
            },
          ],
        },
      },
    })
    pressure.set('warning')
    expect(failed[0]).toEqual({ action: 'pause', step: 'apply', err: boom })
    expect(responder.status().level).toBe('warning')
  })

  test('may stop the responder that applies them', () => {
    const users = new Store('users')
    const { pressure, responder, clock, registry } = responding(
      {
        tiers: {
          warning: { actions: [{ name: 'quit', apply: () => responder.stop(), revert: () => {} }] },
        },
      },
      [users],
    )
    pressure.set('warning')
    expect(users.ratio).toBe(1)
    expect(registry.coordinator).toBeUndefined()
    expect(clock.pendingTimers).toBe(1)
  })
})

describe('measured relief', () => {
  test('is published on the bus and counted by consumer', async () => {
    const users = new Store('users')
    const { pressure, bus, registry, clock, responder } = responding({}, [users])
    const reliefs: ReliefEvent[] = []
    bus.subscribe('relief', (relief) => reliefs.push(relief))
    const sample = (live: number): void =>
      bus.publishSample({
        source: 'monitor',
        ratio: 0.9,
        upperRatio: 0.9,
        level: 'critical',
        confidence: 'confirmed',
        signal: 'heap',
        bytes: { live },
        at: clock.date(),
      })
    sample(10_000)
    pressure.set('critical')
    await settle()
    sample(9_600)
    const relief = { consumers: ['users'], claimedBytes: 500, measuredBytes: 400, at: clock.date() }
    expect(reliefs).toEqual([relief])
    expect(responder.status().lastRelief).toEqual(relief)
    const points = registry.statusProviders.flatMap((provider) => [...provider.metrics()])
    expect(points.map(({ name, value, labels }) => [name, value, labels])).toEqual([
      ['cultus_consumer_limit_ratio', 0.5, { consumer: 'users' }],
      ['cultus_relief_bytes_total', 400, { consumer: 'users' }],
    ])
  })
})

test.each([
  [{ tiers: { warning: { caches: 2 } } }, '`tiers.warning.caches`'],
  [{ recovery: { regrowth: -1 } }, '`recovery.regrowth`'],
  [{ reclaim: { slice: 0 } }, '`reclaim.slice`'],
])('a responder is not made from %j', (options, message) => {
  expect(() => new PressureResponder(options)).toThrow(message)
})
