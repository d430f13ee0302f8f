import type { PressureAlert } from '@cultus/core'
import { type ScriptedPressure, scriptedPressure } from '@cultus/core/testing'
import { type MockInstance, onTestFinished, vi } from 'vitest'
import { AlertEngine } from '../src/alerts/alert-engine.ts'
import type { AlertEngineOptions } from '../src/alerts/engine-options.ts'
import { type AlertNotification, functionSink } from '../src/alerts/sink.ts'

/** An engine, all that it touches, and ways to raise alerts. */
export interface EngineSetup extends ScriptedPressure {
  readonly engine: AlertEngine
  /** What the sink was told. */
  readonly told: readonly AlertNotification[]
  readonly raise: (severity: PressureAlert['severity'], more?: Partial<PressureAlert>) => void
  readonly resolve: (more?: Partial<PressureAlert>) => void
  /** What was told, one line for each notification. */
  readonly lines: () => readonly string[]
}

/** An engine without rules, what its one sink was told, and a way to raise alerts. */
export function setUp(options: Partial<AlertEngineOptions> = {}): EngineSetup {
  const pressure: ScriptedPressure = scriptedPressure()
  const { bus, clock } = pressure
  const told: AlertNotification[] = []
  const sink = functionSink((notification) => told.push(notification))
  const engine = new AlertEngine({ sinks: [sink], rules: [], bus, clock, ...options }).start()
  onTestFinished(() => engine.stop())
  const raise = (severity: PressureAlert['severity'], more: Partial<PressureAlert> = {}) =>
    bus.publishAlert({
      name: 'MemoryPressure',
      source: 'web',
      severity,
      status: 'firing',
      summary: `memory is at ${severity}`,
      at: clock.date(),
      ...more,
    })
  const resolve = (more: Partial<PressureAlert> = {}) =>
    raise('info', { status: 'resolved', summary: 'back to normal', ...more })
  const lines = () =>
    told.map(({ alerts }) =>
      alerts.map(({ change, name, severity }) => `${change} ${name} ${severity}`).join(', '),
    )
  return { ...pressure, engine, told, raise, resolve, lines }
}

/** Warnings are expected. */
export function silenceWarnings(): MockInstance<typeof process.emitWarning> {
  return vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
}
