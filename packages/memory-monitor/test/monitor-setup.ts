import { PressureBus } from '@cultus/core'
import { FakeClock } from '@cultus/core/testing'
import { onTestFinished } from 'vitest'
import { MemoryMonitor, type MemoryMonitorOptions } from '../src/index.ts'
import { FakeSources } from './fake-sources.ts'

/** A monitor and all that it touches. */
export interface MonitorSetup {
  readonly clock: FakeClock
  readonly bus: PressureBus
  readonly sources: FakeSources
  readonly monitor: MemoryMonitor
}

/** A monitor of a heap of 100 bytes, stopped after the test. */
export function set(options: MemoryMonitorOptions = {}): MonitorSetup {
  const clock = new FakeClock(1_000)
  const bus = new PressureBus({ clock })
  const sources = new FakeSources()
  const monitor = new MemoryMonitor({ deathPoint: 100, bus, clock, sources, ...options })
  onTestFinished(() => monitor.stop())
  return { clock, bus, sources, monitor }
}
