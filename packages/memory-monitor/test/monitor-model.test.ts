import { isPressureLevel, levelRank, PressureBus, type PressureLevelEvent } from '@cultus/core'
import { FakeClock } from '@cultus/core/testing'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { MemoryMonitor } from '../src/index.ts'
import { FakeSources } from './fake-sources.ts'

const thresholds = { normal: 0, warning: 0.7, critical: 0.85, emergency: 0.95 }
const historySize = 8

/** A monitor under test, and what was heard of it. */
class World {
  readonly clock = new FakeClock(1_000)
  readonly bus = new PressureBus({ clock: this.clock })
  readonly sources = new FakeSources()
  readonly monitor: MemoryMonitor
  readonly levels: PressureLevelEvent[] = []
  alerts = 0
  lastCollection = Number.NEGATIVE_INFINITY
  jumped = false

  constructor(verify: boolean) {
    const { clock, bus, sources } = this
    this.monitor = new MemoryMonitor({
      deathPoint: 100,
      history: { samples: historySize },
      verify,
      bus,
      clock,
      sources,
    })
    this.monitor.on('level', (event) => this.levels.push(event))
    let last: string | undefined = 'normal'
    this.monitor.on('alert', ({ labels }) => {
      // A monitor that starts again at a level says so again.
      if (labels?.['level'] !== last) this.alerts++
      last = labels?.['level']
      throw new Error('a listener that throws')
    })
    const collect = sources.collect.bind(sources)
    sources.collect = () => {
      expect(verify).toBe(true)
      // A clock that jumped makes the time between two collections unknowable.
      if (!this.jumped) expect(clock.now() - this.lastCollection).toBeGreaterThanOrEqual(2_000)
      this.lastCollection = clock.now()
      this.jumped = false
      return collect()
    }
  }

  check(): void {
    const { bus, clock, levels, monitor } = this
    const snapshot = monitor.snapshot()
    for (const value of [snapshot.ratio, snapshot.upperRatio, snapshot.heap.ratio]) {
      expect(Number.isFinite(value) && value >= 0).toBe(true)
    }
    expect(isPressureLevel(snapshot.level)).toBe(true)
    expect(monitor.history().samples().length).toBeLessThanOrEqual(historySize)
    expect(this.alerts).toBe(levels.length)
    if (monitor.running) {
      const [source] = bus.sources
      if (source !== undefined) expect(source.level).toBe(snapshot.level)
      // The timer of the monitor, and that by which the bus ages its sources.
      expect(clock.pendingTimers).toBeLessThanOrEqual(2)
    } else {
      expect(bus.sources).toEqual([])
      expect(bus.level).toBe('normal')
      expect(clock.pendingTimers).toBe(0)
      expect(this.sources.opened).toBe(0)
    }
    for (const [index, event] of levels.entries()) {
      const { level, previous, ratio, confidence, signal } = event
      expect(level).not.toBe(previous)
      if (index > 0) expect(previous).toBe(levels[index - 1]?.level)
      // Up by a confirmed ratio only, except to `warning`; down by one step at a time.
      if (levelRank(level) < levelRank(previous))
        expect(levelRank(previous) - levelRank(level)).toBe(1)
      else if (signal === 'forecast') expect(level).toBe('critical')
      else if (level !== 'warning') {
        expect(ratio).toBeGreaterThanOrEqual(thresholds[level])
        expect(confidence).not.toBe('unknown')
      }
    }
  }
}

const share = fc.nat(110)
const sourceName = fc.constantFrom<'heap' | 'process' | 'container' | 'collect'>(
  'heap',
  'process',
  'container',
  'collect',
)
type Step = (world: World) => void

const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.oneof(share, fc.constantFrom(Number.NaN, -1, 1e300)).map(
    (live): Step =>
      ({ sources }) => {
        sources.live = live
      },
  ),
  share.map(
    (garbage): Step =>
      ({ sources }) => {
        sources.garbage = garbage
      },
  ),
  fc.nat(1_100).map(
    (rss): Step =>
      ({ sources }) => {
        sources.rss = rss
      },
  ),
  fc.option(share).map(
    (used): Step =>
      ({ sources }) => {
        if (used === null) sources.limited = undefined
        else sources.contain(used)
      },
  ),
  fc.record({ lateness: fc.nat(300), quiet: fc.nat(20), busy: fc.nat(20) }).map(
    (times): Step =>
      ({ sources }) =>
        sources.major(times),
  ),
  sourceName.map(
    (name): Step =>
      ({ sources }) => {
        sources.failing.add(name)
      },
  ),
  fc.constant<Step>(({ sources }) => sources.failing.clear()),
  fc.nat(20_000).map(
    (milliseconds): Step =>
      ({ clock }) =>
        clock.advance(milliseconds),
  ),
  fc.integer({ min: -10_000, max: 10_000 }).map(
    (milliseconds): Step =>
      (world) => {
        world.clock.jump(milliseconds)
        world.jumped = true
      },
  ),
  fc.constant<Step>(({ monitor }) => monitor.tick()),
  fc.constant<Step>(({ monitor }) => {
    monitor.start()
  }),
  fc.constant<Step>(({ monitor }) => monitor.stop()),
  fc.constant<Step>(({ bus }) =>
    bus.publishRelief({ consumers: [], claimedBytes: 0, measuredBytes: 0, at: 0 }),
  ),
)

test('keeps its promises after every step, and returns to normal once relieved', {
  timeout: 60_000,
}, () => {
  vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  fc.assert(
    fc.property(fc.boolean(), fc.array(steps, { maxLength: 50 }), (verify, run) => {
      const world = new World(verify)
      world.monitor.start()
      world.check()
      for (const step of run) {
        step(world)
        world.check()
      }
      const { bus, clock, monitor, sources } = world
      monitor.start()
      sources.failing.clear()
      sources.rss = 0
      sources.limited = undefined
      sources.live = 10
      // What was released is garbage now. Without leave to collect, only V8 can show that it is.
      sources.garbage = 80
      if (!verify) sources.major()
      clock.advance(10_000)
      clock.advance(120_000)
      expect(bus.level).toBe('normal')
      world.check()
      monitor.stop()
      world.check()
    }),
    { numRuns: 500 },
  )
})
