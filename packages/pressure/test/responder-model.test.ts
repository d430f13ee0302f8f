import { levelRank, type PressureLevel, pressureLevels } from '@cultus/core'
import { scriptedPressure } from '@cultus/core/testing'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { PressureResponder } from '../src/responder.ts'
import type { TierAction } from '../src/tiers.ts'
import { type Fault, Store, settle } from './store-consumer.ts'

beforeEach(() => {
  vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
})
afterEach(() => {
  vi.restoreAllMocks()
})

type Manner = 'returns' | 'throws' | 'rejects' | 'hangs' | 'resolves later'
const manners: readonly Manner[] = ['returns', 'throws', 'rejects', 'hangs', 'resolves later']

/** An action that keeps count of itself and fails if its calls do not alternate. */
class CountedAction implements TierAction {
  readonly name: string
  readonly level: PressureLevel
  readonly manner: Manner
  applied = 0
  reverted = 0
  wrong = 0

  constructor(level: PressureLevel, manner: Manner) {
    this.name = `${level}: ${manner}`
    this.level = level
    this.manner = manner
  }

  get stands(): boolean {
    return this.applied > this.reverted
  }

  apply(): unknown {
    if (this.stands) this.wrong++
    this.applied++
    return this.#act()
  }

  revert(): unknown {
    if (!this.stands) this.wrong++
    this.reverted++
    return this.#act()
  }

  #act(): unknown {
    switch (this.manner) {
      case 'throws':
        throw new Error('failed')
      case 'rejects':
        return Promise.reject(new Error('failed'))
      case 'hangs':
        return new Promise(() => {})
      case 'resolves later':
        return settle(3)
      default:
        return undefined
    }
  }
}

interface Entry {
  readonly store: Store
  readonly unregister: () => void
}

/** A process with a responder in it, and what a test may demand of it at any moment. */
class Scene {
  readonly pressure = scriptedPressure()
  readonly actions = (['warning', 'critical', 'emergency'] as const).flatMap((level) =>
    manners.map((manner) => new CountedAction(level, manner)),
  )
  readonly responder: PressureResponder
  readonly present: Entry[] = []
  readonly gone: Store[] = []
  readonly #raisedAt = new Map<Store, number>()
  level: PressureLevel = 'normal'
  running = false

  constructor() {
    const at = (level: PressureLevel) => ({
      actions: this.actions.filter((action) => action.level === level),
    })
    this.responder = new PressureResponder({
      ...this.pressure,
      tiers: { warning: at('warning'), critical: at('critical'), emergency: at('emergency') },
    })
  }

  get stores(): readonly Store[] {
    return this.present.map(({ store }) => store)
  }

  /** Lets time pass turn by turn, checking that limits come back slowly and not all at once. */
  elapse(milliseconds: number): void {
    const { clock } = this.pressure
    for (let left = milliseconds; left > 0; left -= 100) {
      const before = this.stores.map(({ ratio }) => ratio)
      clock.advance(Math.min(100, left))
      const raised = this.stores.filter(({ ratio }, at) => ratio > (before[at] ?? 1))
      expect(raised.length).toBeLessThanOrEqual(Math.ceil(this.stores.length / 10))
      this.stores.forEach((store, at) => {
        const grown = store.ratio - (before[at] ?? 1)
        expect(grown).toBeLessThanOrEqual(0.05 + 1e-9)
        if (grown <= 0) return
        expect(clock.now() - (this.#raisedAt.get(store) ?? -1e9)).toBeGreaterThan(899)
        this.#raisedAt.set(store, clock.now())
      })
    }
  }

  jump(milliseconds: number): void {
    this.pressure.clock.jump(milliseconds)
    this.#raisedAt.clear()
  }

  check(): void {
    const { registry, clock, bus } = this.pressure
    const status = this.responder.status()
    expect(status.running).toBe(this.running)
    expect(registry.coordinator !== undefined).toBe(this.running)
    expect(status.consumers).toHaveLength(this.running ? this.present.length : 0)
    for (const action of this.actions) {
      expect(action.wrong).toBe(0)
      const wanted = this.running && levelRank(this.level) >= levelRank(action.level)
      const prompt = action.manner === 'returns' || action.manner === 'throws'
      if (prompt || !this.running) expect(action.stands).toBe(wanted)
    }
    for (const { ratio, mostReleasing } of this.stores) {
      expect(ratio >= 0 && ratio <= 1).toBe(true)
      expect(mostReleasing).toBeLessThanOrEqual(1)
      if (!this.running) expect(ratio).toBe(1)
      else if (this.level !== 'normal') expect(ratio).toBeLessThanOrEqual(0.75)
    }
    for (const { ratio, target } of status.consumers) expect(ratio).toBeLessThanOrEqual(target)
    for (const { ratio } of this.gone) expect(ratio).toBe(1)
    if (!this.running) expect(clock.pendingTimers).toBe(bus.sources.length > 0 ? 1 : 0)
  }
}

type Step = fc.AsyncCommand<object, Scene>

const step = (label: string, act: (scene: Scene) => void | Promise<void>): Step => ({
  check: () => true,
  async run(_, scene) {
    await act(scene)
    scene.check()
  },
  toString: () => label,
})

const faults: readonly Fault[] = [
  'none',
  'none',
  'usage throws',
  'setLimitRatio throws',
  'release throws',
  'release rejects',
  'release hangs',
  'release returns nothing',
  'reports garbage',
]

const levels = fc.constantFrom(...pressureLevels).map((level) =>
  step(level, (scene) => {
    scene.level = level
    scene.pressure.set(level)
  }),
)
const comes = fc
  .record({
    fault: fc.constantFrom(...faults),
    role: fc.constantFrom('ai', 'users'),
    bytes: fc.nat(1_500),
  })
  .map((options) =>
    step(`comes ${JSON.stringify(options)}`, (scene) => {
      const store = new Store('store', options)
      scene.present.push({ store, unregister: scene.pressure.registry.register(store) })
    }),
  )
const leaves = fc.nat(20).map((at) =>
  step(`leaves ${at}`, (scene) => {
    const [entry] = scene.present.splice(at % Math.max(1, scene.present.length), 1)
    entry?.unregister()
    if (entry !== undefined) scene.gone.push(entry.store)
  }),
)
const times = fc
  .nat(4_000)
  .map((milliseconds) => step(`${milliseconds} ms`, (scene) => scene.elapse(milliseconds)))
const jumps = fc
  .integer({ min: -50_000, max: 50_000 })
  .map((by) => step(`clock jumps ${by}`, (scene) => scene.jump(by)))
const turns = fc.nat(8).map((count) => step(`${count} turns`, () => settle(count)))
const starts = fc.constant(
  step('start', (scene) => {
    scene.responder.start()
    scene.running = true
  }),
)
const stops = fc.constant(
  step('stop', (scene) => {
    scene.responder.stop()
    scene.running = false
  }),
)
const samples = fc.nat(10_000).map((live) =>
  step(`sample ${live}`, ({ pressure, level }) => {
    pressure.bus.publishSample({
      source: 'monitor',
      ratio: 0.5,
      upperRatio: 0.5,
      level,
      confidence: 'confirmed',
      signal: 'heap',
      bytes: { live },
      at: pressure.clock.date(),
    })
  }),
)

test('whatever comes, everything that was given up is given back exactly once', async () => {
  const story = fc.commands(
    [levels, levels, comes, leaves, times, turns, starts, stops, jumps, samples],
    { maxCommands: 40 },
  )
  await fc.assert(
    fc.asyncProperty(story, fc.boolean(), async (steps, stopAtTheEnd) => {
      const scene = new Scene()
      scene.responder.start()
      scene.running = true
      await fc.asyncModelRun(() => ({ model: {}, real: scene }), steps)

      scene.level = 'normal'
      scene.pressure.set('normal')
      if (stopAtTheEnd) {
        scene.responder.stop()
        scene.running = false
      } else {
        // A timer of the fake clock that was set before a jump back would fire only when that time is reached again.
        scene.jump(1e7)
        for (let second = 0; second < 40; second++) {
          await settle(2)
          scene.elapse(1_000)
        }
        await settle(10)
        scene.elapse(1_000)
      }
      scene.check()
      for (const action of scene.actions) {
        expect(action.reverted).toBe(action.applied)
        expect(action.wrong).toBe(0)
      }
      for (const { ratio } of scene.stores) expect(ratio).toBe(1)
      expect(scene.pressure.clock.pendingTimers).toBe(1)
    }),
    { numRuns: 150 },
  )
}, 60_000)
