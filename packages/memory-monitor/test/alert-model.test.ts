import type { PressureAlert } from '@cultus/core'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import type { AlertGroupField } from '../src/alerts/delivery-book.ts'
import { modes, type Settings, World } from './alert-world.ts'

type Step = (world: World) => void
const names = ['A', 'B', 'C']
const severities = ['info', 'warning', 'critical', 'emergency'] as const

const alerts: fc.Arbitrary<PressureAlert> = fc.record({
  name: fc.constantFrom(...names),
  source: fc.constantFrom('web', 'worker'),
  severity: fc.constantFrom(...severities),
  status: fc.constantFrom('firing', 'firing', 'resolved'),
  summary: fc.constantFrom('one', 'two'),
  at: fc.constantFrom(0, Date.UTC(2026, 0, 1), Number.NaN),
})

const garbage = fc.constantFrom<unknown>(
  null,
  'text',
  {},
  { name: 'A', source: 'web', severity: 'terrible', status: 'firing' },
  {
    get name(): string {
      throw new Error('a getter that throws')
    },
  },
)

const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: alerts.map(
      (alert): Step =>
        ({ bus }) =>
          bus.publishAlert(alert),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.nat(8_000).map(
      (milliseconds): Step =>
        (world) =>
          world.advance(milliseconds),
    ),
  },
  fc.constant<Step>((world) => world.advance(70_000)),
  fc.tuple(fc.nat(1), fc.constantFrom(...modes)).map(
    ([index, mode]): Step =>
      ({ sinks }) => {
        const sink = sinks[index]
        if (sink !== undefined) sink.mode = mode
      },
  ),
  fc.constant<Step>(({ sinks }) => {
    for (const { open } of sinks) for (const { settle } of open.splice(0)) settle()
  }),
  fc.integer({ min: -100_000, max: 100_000 }).map(
    (milliseconds): Step =>
      (world) =>
        world.jump(milliseconds),
  ),
  garbage.map(
    (alert): Step =>
      ({ bus }) =>
        bus.publishAlert(alert as PressureAlert),
  ),
  alerts.map(
    (alert): Step =>
      ({ bus, sinks: [first] }) => {
        first.reentrant = () => bus.publishAlert(alert)
      },
  ),
  fc.constant<Step>(({ sinks: [first] }) => {
    first.reentrant = undefined
  }),
  fc.constant<Step>(({ engine }) => {
    engine.start()
  }),
  fc.constant<Step>(({ engine }) => engine.stop()),
  fc.constant<Step>(({ engine }) => {
    void engine.flush(0)
  }),
)

const settings: fc.Arbitrary<Settings> = fc.record({
  hold: fc.constantFrom(0, 3_000),
  groupWait: fc.constantFrom(0, 500),
  groupBy: fc.subarray<AlertGroupField>(['source', 'severity', 'name']),
  resolveOnStop: fc.boolean(),
})

async function turn(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve))
}

test('keeps its promises to every sink after every step, and tells every end', async () => {
  vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  await fc.assert(
    fc.asyncProperty(
      settings,
      fc.array(steps, { maxLength: 60 }),
      fc.boolean(),
      async (given, run, endByStop) => {
        const world = new World(given)
        const { engine, bus, sinks } = world
        engine.start()
        world.check()
        for (const step of run) {
          step(world)
          world.check()
          await turn()
          world.check()
        }
        for (const sink of sinks) {
          sink.mode = 'take'
          sink.reentrant = undefined
          for (const { settle } of sink.open.splice(0)) settle()
        }
        await turn()
        engine.start()
        // Longer than any pause that was asked for or grew.
        world.advance(700_000)
        for (const { known } of world.sinks) {
          for (const { unsure } of known.values())
            expect(unsure, 'nothing left in doubt').toBe(false)
        }
        if (endByStop && given.resolveOnStop) engine.stop()
        else {
          for (const name of names) {
            for (const source of ['web', 'worker']) {
              const resolved = { name, source, status: 'resolved', severity: 'info' } as const
              bus.publishAlert({ ...resolved, summary: '', at: 0 })
            }
          }
          world.advance(100_000)
        }
        world.check()
        for (const { known } of sinks) {
          for (const { told, attempted } of known.values()) {
            expect(told?.status).not.toBe('firing')
            expect(attempted, 'an end for all that was sent').toBe(false)
          }
        }
        engine.stop()
        world.check()
        expect(world.clock.pendingTimers).toBe(0)
        expect(await engine.flush()).toBe(true)
      },
    ),
    { numRuns: 250 },
  )
}, 60_000)
