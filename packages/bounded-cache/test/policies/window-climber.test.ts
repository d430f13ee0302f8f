import fc from 'fast-check'
import { expect, test } from 'vitest'
import { WindowClimber } from '../../src/policies/window-climber.ts'

/** The windows of so many samples of a workload whose hit ratio depends on the window. */
function climbed(
  ratioOf: (window: number, sample: number) => number,
  samples: number,
  start = 0.01,
): number[] {
  const climber = new WindowClimber(start)
  const windows = [start]
  for (let sample = 0; sample < samples; sample++) {
    const ratio = ratioOf(windows.at(-1) ?? start, sample)
    windows.push(climber.next(ratio * 100_000, 100_000))
  }
  return windows
}

function mean(all: readonly number[]): number {
  return all.reduce((sum, one) => sum + one, 0) / all.length
}

test.each([0.05, 0.3, 0.7])('comes to stay near the window that brings most hits: %d', (best) => {
  const windows = climbed((window) => 0.5 - (window - best) ** 2, 300)
  expect(Math.abs(mean(windows.slice(200)) - best)).toBeLessThan(0.06)
})

test('crosses where nothing changes, in either direction', () => {
  expect(Math.max(...climbed((window) => (window > 0.4 ? 0.5 : 0.1), 50))).toBeGreaterThan(0.4)
  const wide = climbed((window) => (window < 0.3 ? 0.5 : 0.1), 80, 0.8)
  expect(mean(wide.slice(-20))).toBeLessThan(0.3)
})

test('hardly leaves an end that is best', () => {
  const windows = climbed((window) => 0.5 - window, 200)
  expect(windows.filter((window) => window > 0.02).length).toBeLessThan(20)
})

test('looks anew where the workload changes', () => {
  const windows = climbed(
    (window, sample) => (sample < 100 ? 0.6 - window / 2 : 0.1 + window / 2),
    160,
  )
  expect(mean(windows.slice(80, 100))).toBeLessThan(0.05)
  expect(mean(windows.slice(140))).toBeGreaterThan(0.6)
})

test('never leaves its bounds, whatever it is told', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1_000), { maxLength: 200, size: 'max' }), (hits) => {
      const climber = new WindowClimber(0.01)
      for (const hit of hits) {
        const window = climber.next(hit, 1_000)
        expect(window).toBeGreaterThanOrEqual(0.005)
        expect(window).toBeLessThanOrEqual(0.8)
      }
    }),
    { numRuns: 200 },
  )
}, 30_000)
