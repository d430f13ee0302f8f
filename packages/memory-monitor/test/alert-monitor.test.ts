import { expect, test } from 'vitest'
import { functionSink } from '../src/alerts/sink.ts'
import { set } from './monitor-setup.ts'

test('a monitor sends its alerts to the sinks it was given, and again after a stop', () => {
  const lines: string[] = []
  const sink = functionSink(({ alerts }) => {
    lines.push(...alerts.map(({ change, name, severity }) => `${change} ${name} ${severity}`))
  })
  const { monitor, sources, clock } = set({ alerts: { sinks: [sink] } })
  sources.live = 90
  sources.major()
  monitor.start()
  clock.advance(3_000)
  monitor.stop()
  expect(clock.pendingTimers).toBe(0)
  monitor.start()
  sources.live = 10
  sources.major()
  clock.advance(60_000)
  expect(lines.filter((line) => !line.startsWith('updated'))).toEqual([
    'fired MemoryPressure critical',
    'resolved MemoryPressure critical',
    'fired MemoryPressure critical',
    'resolved MemoryPressure warning',
  ])
  monitor.stop()
  expect(monitor.alerts?.running).toBe(false)
})
