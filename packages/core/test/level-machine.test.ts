import { isCultusError, LevelMachine } from '@cultus/core'
import { FakeClock } from '@cultus/core/testing'
import { describe, expect, test } from 'vitest'

function machineAt(...readings: readonly number[]): { machine: LevelMachine; clock: FakeClock } {
  const clock = new FakeClock()
  const machine = new LevelMachine({ clock })
  for (const reading of readings) machine.observe(reading)
  return { machine, clock }
}

describe('rising', () => {
  test.each([
    [0.699, 'normal'],
    [0.7, 'warning'],
    [0.85, 'critical'],
    [0.95, 'emergency'],
    [1.2, 'emergency'],
  ] as const)('a reading of %s is %s', (ratio, level) => {
    expect(machineAt(ratio).machine.level).toBe(level)
  })

  test('jumps over levels at once and says from where to where', () => {
    const { machine } = machineAt()
    expect(machine.observe(0.96)).toEqual({ from: 'normal', to: 'emergency', ratio: 0.96 })
    expect(machine.observe(0.97)).toBeUndefined()
  })

  test('an upper bound alone raises to warning and no further', () => {
    const { machine } = machineAt()
    expect(machine.observe({ lower: 0.3, upper: 0.99 })).toEqual({
      from: 'normal',
      to: 'warning',
      ratio: 0.99,
    })
    expect(machine.observe({ lower: 0.3, upper: 1 })).toBeUndefined()
    machine.observe({ lower: 0.86, upper: 1 })
    expect(machine.level).toBe('critical')
  })
})

describe('falling', () => {
  test('takes one step down after the dwell under the exit mark, then the next', () => {
    const { machine, clock } = machineAt(0.96, 0.4)
    clock.advance(999)
    expect(machine.observe(0.4)).toBeUndefined()
    clock.advance(1)
    expect(machine.observe(0.4)).toEqual({ from: 'emergency', to: 'critical', ratio: 0.4 })
    clock.advance(1_000)
    expect(machine.observe(0.4)?.to).toBe('warning')
    clock.advance(1_000)
    expect(machine.observe(0.4)?.to).toBe('normal')
  })

  test('stays inside the band between exit mark and threshold', () => {
    const { machine, clock } = machineAt(0.7)
    for (let second = 0; second < 100; second++) {
      clock.advance(1_000)
      expect(machine.observe(0.651)).toBeUndefined()
    }
  })

  test('a certain reading over the exit mark starts the wait again', () => {
    const { machine, clock } = machineAt(0.7, 0.5)
    clock.advance(700)
    machine.observe(0.66)
    clock.advance(700)
    expect(machine.observe(0.5)).toBeUndefined()
    clock.advance(1_000)
    expect(machine.observe(0.5)?.to).toBe('normal')
  })

  test('an upper bound over the exit mark neither lets it fall nor starts the wait again', () => {
    const { machine, clock } = machineAt(0.7, 0.5)
    clock.advance(10_000)
    expect(machine.observe({ lower: 0.5, upper: 0.68 })).toBeUndefined()
    expect(machine.observe(0.5)?.to).toBe('normal')
  })

  test('a relapse doubles the wait of the next descent, and only of its first step', () => {
    const { machine, clock } = machineAt(0.86, 0.4)
    clock.advance(1_000)
    machine.observe(0.4)
    expect(machine.level).toBe('warning')
    machine.observe(0.86)
    machine.observe(0.4)
    clock.advance(1_999)
    expect(machine.observe(0.4)).toBeUndefined()
    clock.advance(1)
    expect(machine.observe(0.4)?.to).toBe('warning')
    clock.advance(1_000)
    expect(machine.observe(0.4)?.to).toBe('normal')
  })

  test('the wait never exceeds the longest, however often the level comes back', () => {
    const { machine, clock } = machineAt()
    for (let relapse = 0; relapse < 50; relapse++) {
      machine.observe(0.75)
      machine.observe(0.4)
      clock.advance(15_000)
      expect(machine.observe(0.4)?.to).toBe('normal')
    }
    machine.observe(0.75)
    machine.observe(0.4)
    clock.advance(14_999)
    expect(machine.observe(0.4)).toBeUndefined()
  })

  test('a quiet minute at normal forgets the relapses', () => {
    const { machine, clock } = machineAt(0.75, 0.4)
    clock.advance(1_000)
    machine.observe(0.4)
    machine.observe(0.75)
    machine.observe(0.4)
    clock.advance(2_000)
    expect(machine.observe(0.4)?.to).toBe('normal')
    clock.advance(60_000)
    machine.observe(0.75)
    machine.observe(0.4)
    clock.advance(1_000)
    expect(machine.observe(0.4)?.to).toBe('normal')
  })

  test('a clock that jumps back delays the fall by one dwell at most', () => {
    const { machine, clock } = machineAt(0.75, 0.4)
    clock.jump(-1e9)
    expect(machine.observe(0.4)).toBeUndefined()
    clock.advance(1_000)
    expect(machine.observe(0.4)?.to).toBe('normal')
  })
})

describe('bad input', () => {
  test.each([
    Number.NaN,
    -0.1,
    Number.POSITIVE_INFINITY,
    { lower: 0.5, upper: 0.4 },
    { lower: Number.NaN, upper: 1 },
    { lower: 0, upper: Number.NaN },
  ])('refuses the reading %o and keeps its level', (reading) => {
    const { machine } = machineAt(0.86)
    expect(() => machine.observe(reading)).toThrow(/^a reading must satisfy/)
    expect(machine.level).toBe('critical')
  })

  test.each([
    [
      { thresholds: { warning: 0.9 } },
      '`thresholds.critical` must lie at least 0.03 above the level before it (0.9), got 0.85',
    ],
    [
      { thresholds: { emergency: 1.1 } },
      '`thresholds.emergency` must be a number from 0 to 1, got 1.1',
    ],
    [{ hysteresis: 0 }, '`hysteresis` must be a number from 0.03 to 0.5, got 0'],
    [{ hysteresis: 0.5, restingRatio: 0.3 }, 'could never clear'],
    [{ thresholds: { warning: 0.3 }, restingRatio: 0.26 }, 'could never clear'],
    [{ dwell: { fall: -1 } }, '`dwell.fall` must be a number from 0 to 600000, got -1'],
    [
      { dwell: { fall: 5_000, longest: 1_000 } },
      '`dwell.longest` must be a number from 5000 to 600000, got 1000',
    ],
    [
      { dwell: { relapse: Number.NaN } },
      '`dwell.relapse` must be a number from 0 to 600000, got NaN',
    ],
  ])('refuses %o', (options, message) => {
    expect(() => new LevelMachine(options)).toThrow(message)
    try {
      new LevelMachine(options)
    } catch (error) {
      expect(isCultusError(error) && error.code).toBe('CULTUS_INVALID_OPTION')
    }
  })
})

test('thresholds that lie just far enough apart are not refused for how numbers are rounded', () => {
  const thresholds = { warning: 0.91, critical: 0.94, emergency: 0.98 }
  expect(new LevelMachine({ thresholds }).thresholds).toEqual(thresholds)
})
