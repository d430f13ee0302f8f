import { describe, expect, test } from 'vitest'
import { functionSink } from '../src/alerts/sink.ts'
import { set } from './monitor-setup.ts'

describe('a listener of the monitor', () => {
  test('that stops it at the first measurement leaves no timer', () => {
    const { clock, monitor } = set()
    monitor.on('sample', () => monitor.stop())
    monitor.start()
    expect(monitor.running).toBe(false)
    expect(clock.pendingTimers).toBe(0)
    clock.advance(10_000)
    expect(monitor.history().samples()).toHaveLength(1)
  })

  test('that stops and starts it does not double its pace', () => {
    const { clock, monitor } = set()
    monitor.start()
    let again = true
    monitor.on('sample', () => {
      if (!again) return
      again = false
      monitor.stop()
      monitor.start()
    })
    clock.advance(1_000)
    const before = monitor.history().samples().length
    clock.advance(10_000)
    expect(monitor.history().samples().length - before).toBe(10)
    monitor.stop()
    expect(clock.pendingTimers).toBe(0)
  })

  test('that is a sink and stops it while it starts has the last word', () => {
    const sink = functionSink(() => monitor.stop())
    const { bus, clock, monitor } = set({ alerts: { sinks: [sink], rules: [] } })
    const alert = { name: 'a', source: 'b', severity: 'warning', status: 'firing' } as const
    monitor.alerts?.start()
    monitor.alerts?.stop()
    bus.publishAlert({ ...alert, summary: 'c', at: 0 })
    monitor.start()
    bus.publishAlert({ ...alert, summary: 'c', at: 0 })
    expect(monitor.running).toBe(false)
    clock.advance(60_000)
    expect(clock.pendingTimers).toBe(0)
  })
})
