import { describe, expect, test, vi } from 'vitest'
import { functionSink } from '../src/alerts/sink.ts'
import { setUp, silenceWarnings } from './alert-setup.ts'

/** Lets what was promised come true. */
async function turn(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve))
}

describe('a sink', () => {
  test('that throws harms nobody, is reported once as a warning, and told later', () => {
    const warn = silenceWarnings()
    let failing = true
    const first = vi.fn(() => {
      if (failing) throw new Error('no disk')
    })
    const second = vi.fn()
    const sinks = [functionSink(first, 'disk'), functionSink(second)]
    const { raise, engine, clock } = setUp({ sinks })
    const failed = vi.fn()
    engine.on('failure', failed)
    raise('critical')
    expect(second).toHaveBeenCalledTimes(1)
    clock.advance(5_000)
    failing = false
    expect(failed).toHaveBeenCalledTimes(2)
    expect(failed.mock.lastCall?.[0]).toMatchObject({
      sink: 'disk',
      reason: 'no disk',
      failuresInRow: 2,
    })
    expect(engine.status().sinks[0]).toMatchObject({ failed: 2, owed: 1, lastFailure: 'no disk' })
    clock.advance(9_999)
    expect(first).toHaveBeenCalledTimes(2)
    clock.advance(1)
    expect(engine.status().sinks[0]).toMatchObject({ delivered: 1, owed: 0, failuresInRow: 0 })
    expect(warn).toHaveBeenCalledTimes(1)
    expect(warn).toHaveBeenCalledWith('the alert sink disk failed: no disk', {
      type: 'CultusWarning',
      code: 'CULTUS_W_SINK_FAILED',
    })
  })

  test('that failed over a change is told how things stand, even if that is as before', () => {
    silenceWarnings()
    let failing = false
    const told: string[] = []
    const sink = functionSink(({ alerts }) => {
      // Taken in all the same: the failure lay in the answer.
      told.push(...alerts.map(({ change, severity }) => `${change} ${severity}`))
      if (failing) throw new Error('the answer was lost')
    })
    const { raise, clock } = setUp({ sinks: [sink] })
    raise('warning')
    failing = true
    raise('critical')
    raise('warning')
    failing = false
    clock.advance(5_000)
    expect(told).toEqual(['fired warning', 'updated critical', 'updated warning'])
  })

  test('that failed is told again how much was held back', () => {
    silenceWarnings()
    const heldBack: number[] = []
    const sink = functionSink((notification) => {
      heldBack.push(notification.heldBack)
      if (heldBack.length === 1) throw new Error('no disk')
    })
    const { raise, clock } = setUp({ sinks: [sink], groupWait: 1_000 })
    raise('warning')
    raise('critical')
    clock.advance(10_000)
    raise('warning', { name: 'Other' })
    clock.advance(10_000)
    expect(heldBack).toEqual([1, 1, 0])
  })

  test('that always fails over one group is told of the others', () => {
    silenceWarnings()
    const told: string[] = []
    const sink = functionSink(({ group }) => {
      if (group['name'] === 'Poison') throw new Error('too strong')
      told.push(String(group['name']))
    })
    const { raise, clock } = setUp({ sinks: [sink], groupBy: ['name'] })
    raise('critical', { name: 'Poison' })
    raise('critical', { name: 'A' })
    raise('critical', { name: 'B' })
    clock.advance(15_000)
    expect(told).toEqual(['A', 'B'])
  })

  test('that hangs is aborted, and not called again once eight calls hang', async () => {
    silenceWarnings()
    const signals: AbortSignal[] = []
    let release = (): void => {}
    let hangs = false
    const hanging = functionSink((_, { signal }) => {
      if (!hangs) return Promise.resolve()
      signals.push(signal)
      return new Promise<void>((resolve) => {
        release = resolve
      })
    })
    const { raise, clock, engine } = setUp({ sinks: [hanging], sendTimeout: 100 })
    raise('critical', { name: 'Before' })
    await turn()
    hangs = true
    raise('critical')
    expect(engine.status().sinks[0]?.sending).toBe(true)
    clock.advance(1e7)
    expect(signals).toHaveLength(8)
    expect(signals.every(({ aborted }) => aborted)).toBe(true)
    expect(clock.pendingTimers).toBe(0)
    raise('emergency')
    expect(signals).toHaveLength(8)
    release()
    await turn()
    expect(signals).toHaveLength(9)
  })

  test('is not left alone for longer when the clock goes back', () => {
    silenceWarnings()
    const told = vi.fn(() => {
      if (told.mock.calls.length === 1) throw new Error('no disk')
    })
    const { raise, clock, engine } = setUp({ sinks: [functionSink(told)] })
    raise('critical')
    clock.jump(-1e9)
    raise('emergency')
    expect(engine.status().sinks[0]).toMatchObject({ failed: 1, delivered: 1 })
  })

  test('that throws what cannot be shown is reported all the same', () => {
    silenceWarnings()
    const thrown = [
      {
        get message() {
          throw new Error('never')
        },
      },
      Symbol('s'),
      undefined,
      'text',
    ]
    for (const value of thrown) {
      const sink = functionSink(() => {
        throw value
      })
      const { raise, engine } = setUp({ sinks: [sink] })
      raise('critical')
      expect(engine.status().sinks[0]?.failed).toBe(1)
    }
  })

  test('cannot change what the others are told', () => {
    silenceWarnings()
    const vandal = functionSink((notification) => {
      Object.assign(notification, { heldBack: Number.NaN })
    }, 'vandal')
    const told = vi.fn()
    const { raise, engine } = setUp({ sinks: [vandal, functionSink(told), functionSink(vi.fn())] })
    raise('critical')
    expect(told.mock.lastCall?.[0]).toMatchObject({ heldBack: 0 })
    expect(engine.status().sinks.map(({ name }) => name)).toEqual([
      'vandal',
      'function',
      'function#2',
    ])
  })

  test('that raises an alert while it is told of one is told of it next', () => {
    const names: string[] = []
    const world = setUp({
      sinks: [
        functionSink(({ alerts }) => {
          for (const { name } of alerts) {
            names.push(name)
            if (name === 'First') world.raise('critical', { name: 'Second' })
          }
        }),
      ],
    })
    world.raise('critical', { name: 'First' })
    expect(names).toEqual(['First', 'Second'])
  })
})
