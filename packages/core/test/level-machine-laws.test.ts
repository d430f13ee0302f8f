import { isCultusError, LevelMachine, type LevelReading, levelRank } from '@cultus/core'
import { FakeClock } from '@cultus/core/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const elevated = ['warning', 'critical', 'emergency'] as const

/** Settings as a user may write them; those that are refused are dropped by `machineOf`. */
const settings = fc.record({
  thresholds: fc.record({
    warning: fc.double({ min: 0, max: 1, noNaN: true }),
    critical: fc.double({ min: 0, max: 1, noNaN: true }),
    emergency: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  hysteresis: fc.double({ min: 0.03, max: 0.5, noNaN: true }),
  restingRatio: fc.double({ min: 0, max: 0.5, noNaN: true }),
  dwell: fc
    .tuple(fc.nat(10_000), fc.nat(50_000), fc.nat(120_000))
    .map(([fall, more, relapse]) => ({ fall, longest: fall + more, relapse })),
})

const step = fc.record({
  after: fc.oneof(fc.nat(5_000), fc.constant(-10_000), fc.nat(1e7)),
  reading: fc
    .tuple(
      fc.double({ min: 0, max: 1.2, noNaN: true }),
      fc.double({ min: 0, max: 0.5, noNaN: true }),
    )
    .map(
      ([lower, garbage]): LevelReading => ({
        lower,
        upper: lower + (garbage > 0.25 ? 0 : garbage),
      }),
    ),
})

type Settings = typeof settings extends fc.Arbitrary<infer T> ? T : never

/** The same settings with their thresholds sorted and spread, so that most random ones are valid. */
function machineOf(given: Settings, clock: FakeClock): LevelMachine | undefined {
  const [warning = 0, critical = 0, emergency = 0] = Object.values(given.thresholds).sort()
  const least = given.restingRatio + given.hysteresis
  const spread = (value: number, floor: number): number => Math.min(1, Math.max(value, floor))
  const first = spread(warning, least + 0.01)
  const second = spread(critical, first + 0.031)
  const third = spread(emergency, second + 0.031)
  try {
    return new LevelMachine({
      ...given,
      clock,
      thresholds: { warning: first, critical: second, emergency: third },
    })
  } catch (error) {
    if (isCultusError(error)) return undefined
    throw error
  }
}

test('every relieved trace returns to normal, in bounded time: no state is absorbing', () => {
  let valid = 0
  fc.assert(
    fc.property(
      settings,
      fc.array(step, { maxLength: 40 }),
      fc.integer({ min: 1, max: 5_000 }),
      (given, trace, period) => {
        const clock = new FakeClock()
        const machine = machineOf(given, clock)
        fc.pre(machine !== undefined)
        valid += 1
        for (const { after, reading } of trace) {
          if (after >= 0) clock.advance(after)
          else clock.jump(after)
          const before = machine.level
          const change = machine.observe(reading)
          const moved = levelRank(machine.level) - levelRank(before)
          // The invariants of every step: a change is told, a fall is one step and certain, a rise is deserved.
          expect(change === undefined).toBe(moved === 0)
          if (moved < 0) {
            expect(moved).toBe(-1)
            expect(reading.upper).toBeLessThan(
              machine.thresholds[before as 'warning'] - machine.hysteresis,
            )
          }
          if (moved > 0 && machine.level !== 'normal') {
            const decisive = machine.level === 'warning' ? reading.upper : reading.lower
            expect(decisive).toBeGreaterThanOrEqual(machine.thresholds[machine.level])
          }
          for (const level of elevated) {
            if (reading.lower >= machine.thresholds[level]) {
              expect(levelRank(machine.level)).toBeGreaterThanOrEqual(levelRank(level))
            }
          }
        }
        const bound = given.dwell.longest + 2 * given.dwell.fall + 4 * period
        for (let waited = 0; waited <= bound && machine.level !== 'normal'; waited += period) {
          machine.observe(given.restingRatio)
          clock.advance(period)
        }
        machine.observe(given.restingRatio)
        expect(machine.level).toBe('normal')
      },
    ),
    { numRuns: 10_000 },
  )
  expect(valid).toBeGreaterThanOrEqual(10_000)
}, 120_000)

test('a hover of ±2 points around a threshold makes at most two changes a minute', () => {
  fc.assert(
    fc.property(
      settings,
      fc.constantFrom(...elevated),
      fc.array(fc.double({ min: -0.02, max: 0.02, noNaN: true }), {
        minLength: 240,
        maxLength: 240,
      }),
      (given, level, offsets) => {
        const clock = new FakeClock()
        const machine = machineOf(
          { ...given, dwell: { fall: 3_000, longest: 15_000, relapse: 60_000 } },
          clock,
        )
        fc.pre(machine !== undefined)
        const changes: number[] = []
        for (const offset of offsets) {
          clock.advance(1_000)
          const ratio = machine.thresholds[level] + offset
          if (machine.observe(ratio) !== undefined) changes.push(clock.now())
        }
        for (const end of changes) {
          expect(changes.filter((at) => at > end - 60_000 && at <= end).length).toBeLessThanOrEqual(
            2,
          )
        }
      },
    ),
    { numRuns: 1_000 },
  )
}, 60_000)
