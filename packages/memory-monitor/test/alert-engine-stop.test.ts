import { describe, expect, test } from 'vitest'
import { functionSink } from '../src/alerts/sink.ts'
import { setUp, silenceWarnings } from './alert-setup.ts'

describe('stop', () => {
  test('tells that what fires is over, without regard to the rate, and leaves nothing behind', async () => {
    const { raise, engine, clock, lines, told } = setUp({
      rateLimit: { burst: 1, interval: 1e6 },
      groupWait: 1_000,
    })
    raise('emergency')
    raise('critical', { name: 'Unsent' })
    engine.stop()
    expect(lines()).toEqual(['fired MemoryPressure emergency', 'resolved MemoryPressure emergency'])
    expect(clock.pendingTimers).toBe(0)
    raise('critical')
    expect(await engine.flush()).toBe(true)
    expect(told).toHaveLength(2)
  })

  test('leaves the sinks with what they know where that is wanted, and start goes on from there', () => {
    const { raise, resolve, engine, clock, lines } = setUp({ resolveOnStop: false })
    raise('critical')
    engine.stop()
    expect(clock.pendingTimers).toBe(0)
    engine.start()
    raise('critical')
    resolve()
    expect(lines()).toEqual(['fired MemoryPressure critical', 'resolved MemoryPressure critical'])
  })

  test('forgets what had not fired yet: nobody will know whether it went on', () => {
    const { raise, engine, clock, told } = setUp({ resolveOnStop: false, for: 5_000 })
    raise('critical')
    engine.stop()
    engine.start()
    clock.advance(10_000)
    expect(told).toEqual([])
  })

  test('keeps the end for the next start where a sink cannot be told', () => {
    silenceWarnings()
    let failing = false
    const told: string[] = []
    const sink = functionSink(({ alerts }) => {
      if (failing) throw new Error('away')
      told.push(...alerts.map(({ change }) => change))
    })
    const { raise, engine, clock } = setUp({ sinks: [sink] })
    raise('critical')
    failing = true
    engine.stop()
    expect(clock.pendingTimers).toBe(0)
    failing = false
    engine.start()
    clock.advance(5_000)
    expect(told).toEqual(['fired', 'resolved'])
  })

  test('tells the end after a call that was under way, even if that fails', async () => {
    silenceWarnings()
    const ends: ((error: Error) => void)[] = []
    const told: string[] = []
    const sink = functionSink(async ({ alerts }) => {
      told.push(...alerts.map(({ change }) => change))
      if (told.length < 2) await new Promise<void>((_, reject) => ends.push(reject))
    })
    const { raise, engine, clock } = setUp({ sinks: [sink] })
    raise('critical')
    engine.stop()
    for (const end of ends) end(new Error('broken'))
    expect(await engine.flush()).toBe(true)
    expect(told).toEqual(['fired', 'resolved'])
    expect(clock.pendingTimers).toBe(0)
  })

  test('by a sink that is being told of an alert is heard', () => {
    const world = setUp({
      sinks: [
        functionSink(({ alerts }) => {
          changes.push(...alerts.map(({ change }) => change))
          world.engine.stop()
        }),
      ],
    })
    const changes: string[] = []
    world.raise('critical')
    expect(changes).toEqual(['fired', 'resolved'])
    expect(world.clock.pendingTimers).toBe(0)
  })

  test('and giving up by a sink that is being told, time and again, is obeyed', () => {
    silenceWarnings()
    let calls = 0
    const world = setUp({
      sinks: [
        functionSink(() => {
          calls++
          world.engine.stop()
          void world.engine.flush(0)
        }),
      ],
    })
    for (let round = 1; round <= 20; round++) {
      world.engine.start()
      world.clock.advance(400_000)
      world.raise('critical')
      expect(calls).toBeGreaterThanOrEqual(round)
      expect(world.clock.pendingTimers).toBe(0)
    }
  })

  test('and start by a sink that is told in a check leave one check to come, not two', () => {
    let restarts = 0
    const { engine, bus, clock } = setUp({
      rules: [{ name: 'Lost', when: 'unknown', severity: 'warning' }],
      repeatInterval: Number.POSITIVE_INFINITY,
      sinks: [
        functionSink(() => {
          if (restarts++ > 0) return
          engine.stop()
          engine.start()
        }),
      ],
    })
    bus.publish('web', {
      ...{ level: 'normal', ratio: 0.1, confidence: 'confirmed', reason: '', staleAfter: 1_000 },
    })
    clock.advance(20_000)
    expect(restarts).toBeGreaterThan(0)
    bus.withdraw('web')
    expect(clock.pendingTimers).toBe(1)
    engine.stop()
    expect(clock.pendingTimers).toBe(0)
  })

  test('is what a `using` declaration calls, and twice is once', () => {
    const { engine, bus } = setUp()
    engine.start()
    engine[Symbol.dispose]()
    engine.stop()
    expect(engine.running).toBe(false)
    expect(bus.sources).toEqual([])
  })
})

describe('flush', () => {
  test('sends what waits for its group, and says when all is told', async () => {
    const { raise, engine, told } = setUp({ groupWait: 60_000 })
    raise('warning')
    expect(await engine.flush()).toBe(true)
    expect(told).toHaveLength(1)
  })

  test('hurries nothing that comes later, even when the clock goes back', async () => {
    const { raise, engine, clock, told } = setUp({ groupWait: 1_000 })
    raise('warning', { name: 'A' })
    await engine.flush()
    clock.jump(-1e6)
    raise('warning', { name: 'B' })
    expect(told).toHaveLength(1)
    clock.advance(1_000)
    expect(told).toHaveLength(2)
  })

  test('gives up after its time', async () => {
    silenceWarnings()
    const sink = functionSink(() => new Promise(() => {}))
    const { raise, engine, clock } = setUp({ sinks: [sink] })
    raise('critical')
    const flushed = engine.flush(300)
    clock.advance(300)
    expect(await flushed).toBe(false)
    expect(engine.status().sinks[0]?.sending).toBe(true)
  })

  test('refuses a time that is none', async () => {
    const { engine } = setUp()
    await expect(engine.flush(-1)).rejects.toThrow(
      '`timeout` must be a number from 0 to 2147483647, got -1',
    )
  })
})
