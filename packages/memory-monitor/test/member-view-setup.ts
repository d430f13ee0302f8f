import { type Clock, ConsumerRegistry, type PressureAlert, PressureBus } from '@cultus/core'
import { FakeClock } from '@cultus/core/testing'
import { onTestFinished } from 'vitest'
import { MemberWatch } from '../src/members/member-watch.ts'
import type { MembersView } from '../src/members/members-view.ts'
import { SharedLevel } from '../src/members/shared-level.ts'
import { FakeMonitor, FakeViewTransport } from './member-setup.ts'

/** A view and all that it touches. */
export interface ViewSetup {
  readonly clock: FakeClock
  readonly bus: PressureBus
  readonly registry: ConsumerRegistry
  readonly monitor: FakeMonitor
  readonly transport: FakeViewTransport
  readonly alerts: readonly PressureAlert[]
  readonly view: MembersView
  /** Moves the time that the view is told, and no timer: a clock that jumps. */
  shift(milliseconds: number): void
}

/** A view of threads whose transport a test speaks for. */
export function set(): ViewSetup {
  const clock = new FakeClock(1_000)
  let shifted = 0
  const jumping: Clock = {
    now: () => clock.now() + shifted,
    date: () => clock.date(),
    setTimer: (callback, delay) => clock.setTimer(callback, delay),
  }
  const bus = new PressureBus({ clock })
  const registry = new ConsumerRegistry()
  const monitor = new FakeMonitor()
  const transport = new FakeViewTransport()
  const alerts: PressureAlert[] = []
  bus.subscribe('alert', (alert) => alerts.push(alert))
  const view = new MemberWatch({
    group: 'threads',
    ownId: 'main',
    idPrefix: 'worker-',
    monitor,
    transport,
    shared: new SharedLevel({ thresholds: {}, clock: jumping }),
    staleAfter: 5_000,
    expireAfter: 300_000,
    bus,
    registry,
    clock: jumping,
  })
  onTestFinished(() => view.stop())
  const shift = (milliseconds: number): void => {
    shifted += milliseconds
  }
  return { clock, bus, registry, monitor, transport, alerts, view, shift }
}
