import { isPressureLevel, levelRank, type PressureLevelEvent } from '@cultus/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type BrowserSetup, setBrowser } from './browser-setup.ts'

type Step =
  | { readonly kind: 'hold'; readonly live: number; readonly garbage: number }
  | { readonly kind: 'pass' | 'jump'; readonly milliseconds: number }
  | { readonly kind: 'garbage'; readonly bytes: number }
  | { readonly kind: 'fail' | 'mend' | 'stop' | 'start' | 'tick' | 'mute' | 'unmute' }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('hold' as const), live: fc.nat(110), garbage: fc.nat(60) }),
  fc.record({ kind: fc.constant('pass' as const), milliseconds: fc.nat(20_000) }),
  fc.record({
    kind: fc.constant('jump' as const),
    milliseconds: fc.integer({ min: -50_000, max: 50_000 }),
  }),
  fc.record({
    kind: fc.constant('garbage' as const),
    bytes: fc.constantFrom(Number.NaN, -1, Number.POSITIVE_INFINITY),
  }),
  fc.record({
    kind: fc.constantFrom('fail', 'mend', 'stop', 'start', 'tick', 'mute', 'unmute' as const),
  }) as fc.Arbitrary<Step>,
)

async function take({ page, monitor, clock, pass }: BrowserSetup, one: Step): Promise<void> {
  if (one.kind === 'hold') page.hold(one.live, one.garbage)
  else if (one.kind === 'pass') await pass(one.milliseconds)
  else if (one.kind === 'jump') clock.jump(one.milliseconds)
  else if (one.kind === 'garbage') page.heap = { usedBytes: one.bytes, limitBytes: 100 }
  else if (one.kind === 'fail' || one.kind === 'mend') page.fails = one.kind === 'fail'
  else if (one.kind === 'mute' || one.kind === 'unmute') page.measures = one.kind === 'unmute'
  else monitor[one.kind]()
}

function check({ bus, clock, monitor }: BrowserSetup, levels: readonly PressureLevelEvent[]): void {
  const snapshot = monitor.snapshot()
  expect(isPressureLevel(snapshot.level)).toBe(true)
  for (const value of [snapshot.ratio, snapshot.upperRatio])
    expect(Number.isFinite(value) && value >= 0).toBe(true)
  if (!monitor.running) {
    expect(bus.sources).toEqual([])
    expect(clock.pendingTimers).toBe(0)
  } else expect(clock.pendingTimers).toBeLessThanOrEqual(2)
  for (const [index, { level, previous, confidence, ratio }] of levels.entries()) {
    if (index > 0) expect(previous).toBe(levels[index - 1]?.level)
    const up = levelRank(level) - levelRank(previous)
    if (up < 0) expect(up).toBe(-1)
    // Above `warning` by what was measured alone.
    else if (level !== 'warning') {
      expect(confidence).not.toBe('unknown')
      expect(ratio).toBeGreaterThanOrEqual(level === 'critical' ? 0.85 : 0.95)
    }
  }
}

test('whatever the page does, the level is told truly, and a relieved page returns to normal', {
  timeout: 60_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const it = setBrowser()
      const levels: PressureLevelEvent[] = []
      it.monitor.on('level', (event) => levels.push(event))
      it.monitor.on('sample', () => {
        throw new Error('a listener that throws')
      })
      it.monitor.start()
      for (const one of steps) {
        await take(it, one)
        check(it, levels)
      }
      it.monitor.start()
      it.page.fails = false
      it.page.measures = true
      it.page.hold(10, 50)
      // A measurement that was asked for before may first have to be given up.
      await it.pass(200_000)
      expect(it.monitor.snapshot().level).toBe('normal')
      expect(it.bus.level).toBe('normal')
      it.monitor.stop()
    }),
    { numRuns: 60 },
  )
})
