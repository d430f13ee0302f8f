import type { PressureEvents } from '@cultus/core'
import { describe, expect, test } from 'vitest'
import type { MemoryMonitorEvents, MemoryMonitorOptions } from '../src/index.ts'
import { set } from './monitor-setup.ts'

/** Everything that a monitor of a heap of 100 bytes says and does while the heap fills, empties and fills again. */
function played(options: MemoryMonitorOptions): {
  readonly acted: unknown
  readonly shadow: readonly MemoryMonitorEvents['shadow'][]
  readonly snapshot: ReturnType<ReturnType<typeof set>['monitor']['snapshot']>
} {
  const { monitor, sources, clock, bus } = set(options)
  const said: unknown[] = []
  const shadow: MemoryMonitorEvents['shadow'][] = []
  const names: readonly (keyof PressureEvents)[] = ['level', 'sample', 'alert']
  for (const name of names) bus.subscribe(name, (event) => said.push([name, event]))
  monitor.on('shadow', (event) => shadow.push(event))
  monitor.start()
  const lives = [10, 40, 55, 65, 75, 92, 97, 60, 20, 20, 20, 20, 66, 66, 30, 10, 10]
  for (const live of lives) {
    sources.live = live
    sources.garbage = live / 10
    clock.advance(2_000)
    sources.major()
    clock.advance(3_000)
  }
  const acted = { said, collections: sources.collections, timers: clock.pendingTimers }
  return { acted, shadow, snapshot: monitor.snapshot() }
}

describe('a shadow set of a monitor', () => {
  test('changes nothing of what the monitor says, collects and starts', () => {
    const { acted } = played({})
    const shadowed = played({
      shadowThresholds: { warning: 0.15, critical: 0.2, emergency: 0.25, dwell: { fall: 0 } },
    })
    expect(shadowed.acted).toEqual(acted)
    expect(shadowed.shadow.length).toBeGreaterThan(0)
  })

  test('tells what it would have done, beside what was done', () => {
    const { shadow, snapshot } = played({ shadowThresholds: { warning: 0.6 } })
    const [first] = shadow
    expect(first).toMatchObject({ level: 'warning', previous: 'normal', actual: 'normal' })
    expect(snapshot.shadow).toMatchObject({
      thresholds: { warning: 0.6, critical: 0.85, emergency: 0.95 },
      shadow: { entries: { warning: 2 } },
      actual: { entries: { warning: 1 } },
    })
    expect(snapshot.shadow?.disagreements.shadowWorse).toBeGreaterThan(0)
  })

  test('is not there unless it is asked for', () => {
    const { shadow, snapshot } = played({})
    expect(shadow).toEqual([])
    expect(snapshot).not.toHaveProperty('shadow')
    expect(snapshot).not.toHaveProperty('experiment')
  })
})

describe('a shadow set that is changed at run time', () => {
  test('begins anew, and ends without a trace', () => {
    const { monitor, sources, clock } = set()
    monitor.start()
    sources.live = 60
    clock.advance(1_000)
    sources.major()
    expect(monitor.snapshot()).not.toHaveProperty('shadow')

    monitor.configure({ shadowThresholds: { warning: 0.5 } })
    sources.major()
    expect(monitor.snapshot().shadow?.shadow.level).toBe('warning')

    const before = monitor.snapshot()
    expect(() => monitor.configure({ shadowThresholds: { warning: 2 } })).toThrow(
      '`thresholds.warning` must be',
    )
    expect(monitor.snapshot()).toEqual(before)

    monitor.configure({ shadowThresholds: undefined })
    expect(monitor.snapshot()).not.toHaveProperty('shadow')
    monitor.stop()
    expect(clock.pendingTimers).toBe(0)
  })
})

describe('a shadow set beside a forecast', () => {
  test('takes it for `critical` by its own thresholds, and for no worse', () => {
    const { clock, monitor, sources } = set({
      shadowThresholds: { warning: 0.7, critical: 0.78, emergency: 0.84 },
    })
    monitor.start()
    sources.live = 40
    while (monitor.snapshot().level !== 'critical') {
      clock.advance(500)
      sources.live += 1
      sources.major({ youngBytes: 30 })
    }
    expect(monitor.snapshot()).toMatchObject({
      signal: 'forecast',
      shadow: { shadow: { level: 'critical' } },
    })
  })

  test('that is changed at a level records no change of it', () => {
    const { clock, monitor, sources } = set()
    monitor.start()
    sources.live = 90
    sources.major()
    monitor.configure({ shadowThresholds: { warning: 0.6 } })
    clock.advance(1_000)
    expect(monitor.snapshot().shadow?.actual).toMatchObject({ level: 'critical', transitions: 0 })
  })
})

describe('an experiment of a monitor', () => {
  const cohorts = {
    control: { share: 0.5 },
    candidate: { share: 0.5, thresholds: { warning: 0.5 } },
  }

  test('puts the thresholds of the cohort in force, and tells the cohort', () => {
    const levels = new Map<string, Set<string>>()
    for (let pod = 0; pod < 12; pod++) {
      const { monitor, sources, clock } = set({
        experiment: { name: 'earlier', instance: `pod-${pod}`, cohorts },
        thresholds: { warning: 0.75 },
      })
      monitor.start()
      sources.live = 60
      clock.advance(1_000)
      sources.major()
      const { level, experiment } = monitor.snapshot()
      const { cohort = '' } = experiment ?? {}
      levels.set(cohort, new Set([...(levels.get(cohort) ?? []), level]))
    }
    expect(levels.get('control')).toEqual(new Set(['normal']))
    expect(levels.get('candidate')).toEqual(new Set(['warning']))
  })
})

test('a recommendation is made for every monitor that can be made', () => {
  const { monitor } = set({ restingRatio: 0, thresholds: { warning: 0.1 } })
  expect(monitor.recommend()).toMatchObject({ confidence: 'none' })
})

test('a recommendation is made by the thresholds and the death point of the monitor', () => {
  const { monitor, sources, clock } = set({ thresholds: { warning: 0.6 } })
  expect(monitor.recommend()).toMatchObject({ confidence: 'none' })
  monitor.start()
  for (let time = 0; time < 10; time++) {
    sources.live = 20 + time
    clock.advance(5_000)
    sources.major()
    monitor.tick()
  }
  const { load, thresholds } = monitor.recommend()
  expect(load?.livePeakBytes).toBe(29)
  expect(thresholds).toEqual({ warning: 0.7, critical: 0.85, emergency: 0.95 })
  expect(() => monitor.recommend({ window: -1 })).toThrow('`window` must be')
})
