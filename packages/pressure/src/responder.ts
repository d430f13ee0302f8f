import {
  type Clock,
  type ConsumerRegistry,
  consumerRegistry,
  isolate,
  levelRank,
  type MetricPoint,
  type PressureBus,
  type PressureLevel,
  type PressureLevelEvent,
  pressureBus,
  type RegistryEvent,
  type ReliefEvent,
  systemClock,
} from '@cultus/core'
import { type ActionStatus, TierActions } from './actions.ts'
import { ConsumerLimits } from './limits.ts'
import { biggestFirst, Reclaimer, type ReclaimOptions, resolveReclaim } from './reclaim.ts'
import { type RecoveryOptions, Regrowth, resolveRecovery } from './recovery.ts'
import { ReliefMeter } from './relief.ts'
import { resolveTiers, type Tiers } from './tiers.ts'

/** Where a responder writes what it does, in the argument order of pino. */
export interface ResponderLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
}

/** Settings for {@link PressureResponder}. */
export interface PressureResponderOptions {
  /**
   * What happens at each level. What is left out is the default.
   *
   * @defaultValue `defaultTiers`: consumers keep 0.75, 0.5 and 0.1 of what they held; those of the role
   * `ai` nothing from `critical` on.
   */
  readonly tiers?: Partial<Tiers>
  /** @defaultValue `{ regrowth: 0.05 }`, a share of the bound per second. */
  readonly recovery?: RecoveryOptions
  /** @defaultValue `{ slice: 8, patience: 1000 }`, in milliseconds. */
  readonly reclaim?: ReclaimOptions
  /**
   * Told of each change of level, each failed action and each measured relief.
   *
   * @defaultValue nothing is written.
   */
  readonly log?: ResponderLog
  /** @defaultValue `pressureBus()` */
  readonly bus?: PressureBus
  /** @defaultValue `consumerRegistry()` */
  readonly registry?: ConsumerRegistry
  /** @defaultValue `systemClock` */
  readonly clock?: Clock
}

/** What a {@link PressureResponder} does now. */
export interface ResponderStatus {
  readonly running: boolean
  readonly level: PressureLevel
  readonly consumers: readonly {
    readonly label: string
    /** The share of its bound it may use now, and the share it is on its way to. */
    readonly ratio: number
    readonly target: number
  }[]
  readonly actions: readonly ActionStatus[]
  readonly lastRelief: ReliefEvent | undefined
}

/**
 * Answers pressure for the whole process: limits every registered consumer by tier, makes them release,
 * applies the actions of the tier, and gives it all back when the pressure is gone.
 *
 * While started it has the coordinator's seat, so that consumers no longer follow the bus on their own.
 *
 * @example
 * ```ts
 * import { PressureResponder } from '@cultus/pressure'
 *
 * const responder = new PressureResponder({ tiers: { warning: { caches: 0.8 } } }).start()
 * // At the end of the process's life:
 * responder.stop()
 * ```
 */
export class PressureResponder {
  readonly #bus: PressureBus
  readonly #registry: ConsumerRegistry
  readonly #log: ResponderLog | undefined
  readonly #limits: ConsumerLimits
  readonly #actions: TierActions
  readonly #reclaimer: Reclaimer
  readonly #regrowth: Regrowth
  readonly #meter: ReliefMeter
  readonly #relief = new Map<string, number>()
  #lastRelief: ReliefEvent | undefined
  #level: PressureLevel = 'normal'
  #leave: (() => void)[] = []
  /** Grows with every change, so that a step can see that a later one has overtaken it. */
  #generation = 0

  /** @throws CultusError `CULTUS_INVALID_OPTION` */
  constructor(options: PressureResponderOptions = {}) {
    const tiers = resolveTiers(options.tiers)
    const reclaim = resolveReclaim(options.reclaim)
    const recovery = resolveRecovery(options.recovery)
    const { clock = systemClock } = options
    this.#bus = options.bus ?? pressureBus()
    this.#registry = options.registry ?? consumerRegistry()
    this.#log = options.log
    this.#limits = new ConsumerLimits(tiers)
    this.#regrowth = new Regrowth(clock, this.#limits, recovery)
    this.#meter = new ReliefMeter({ clock, onRelief: (...relief) => this.#report(...relief) })
    this.#actions = new TierActions(tiers, {
      clock,
      patience: reclaim.patience,
      onFailure: (action, step, err) => this.#write('warn', { action, step, err }, 'action failed'),
    })
    this.#reclaimer = new Reclaimer(clock, reclaim, {
      onBegin: () => this.#meter.begin(),
      onAsked: (label) => this.#meter.claim(label),
      onReleased: (label, bytes) => this.#meter.claim(label, bytes),
      onEnd: () => this.#meter.end(),
    })
  }

  /**
   * Takes the coordinator's seat and answers the present level. Started already, it does nothing.
   *
   * @throws CultusError `CULTUS_SEAT_TAKEN` when somebody else coordinates; nothing was changed.
   */
  start(): this {
    if (this.#leave.length > 0) return this
    this.#leave.push(this.#registry.coordinate({ name: 'responder' }))
    const generation = ++this.#generation
    this.#leave.push(
      this.#registry.provideStatus({
        name: 'responder',
        kind: 'responder',
        metrics: () => this.#metrics(),
        status: () => this.status(),
      }),
      this.#registry.subscribe((event) => this.#follow(event)),
      this.#bus.subscribe('sample', (sample) => this.#meter.sample(sample)),
      this.#bus.subscribe('level', (event) => this.#answer(event.level, event), { replay: false }),
    )
    for (const { label, consumer } of this.#registry.consumers) {
      if (generation !== this.#generation) return this
      this.#limits.add(label, consumer)
    }
    if (generation === this.#generation) this.#answer(this.#bus.level)
    return this
  }

  /**
   * Reverts every action, gives every consumer its full bound back at once, and leaves the seat. Started
   * again, it begins anew.
   */
  stop(): void {
    const leave = this.#leave
    if (leave.length === 0) return
    this.#leave = []
    this.#generation++
    this.#level = 'normal'
    this.#reclaimer.cancel()
    this.#meter.cancel()
    this.#regrowth.stop()
    this.#actions.stop()
    this.#limits.clear()
    // The seat is left last: who takes over finds limits that nobody else will move any more.
    for (const undo of leave.toReversed()) undo()
  }

  [Symbol.dispose](): void {
    this.stop()
  }

  /** What it does now, as values that can be serialised. */
  status(): ResponderStatus {
    return {
      running: this.#leave.length > 0,
      level: this.#level,
      consumers: this.#limits.all.map((limit) => ({
        label: limit.label,
        ratio: limit.ratio,
        target: this.#limits.target(limit),
      })),
      actions: this.#actions.status(),
      lastRelief: this.#lastRelief,
    }
  }

  #answer(level: PressureLevel, event?: PressureLevelEvent): void {
    if (level === this.#level) return
    const generation = ++this.#generation
    const previous = this.#level
    this.#level = level
    const lowered = this.#limits.enter(level)
    if (generation !== this.#generation) return
    if (lowered.length > 0) this.#reclaimer.start(biggestFirst(lowered))
    else this.#reclaimer.cancel()
    if (generation !== this.#generation) return
    this.#regrowth.update()
    this.#actions.enter(level)
    if (generation !== this.#generation) return
    const fields = { level, previous, ratio: event?.ratio, signal: event?.signal }
    if (levelRank(level) > levelRank(previous))
      this.#write('warn', { ...fields, limited: lowered.length }, 'memory pressure rose')
    else this.#write('info', fields, 'memory pressure fell')
  }

  #follow(event: RegistryEvent): void {
    if (event.type === 'registered') {
      const limit = this.#limits.add(event.label, event.consumer)
      if (limit.ratio < 1) this.#reclaimer.add(limit)
    } else if (event.type === 'unregistered') {
      this.#reclaimer.forget(event.consumer)
      this.#limits.remove(event.label)
      this.#relief.delete(event.label)
      this.#regrowth.update()
    }
  }

  #report(relief: ReliefEvent, byConsumer: ReadonlyMap<string, number>): void {
    this.#lastRelief = relief
    const present = new Set(this.#limits.all.map(({ label }) => label))
    for (const [label, bytes] of byConsumer)
      if (present.has(label)) this.#relief.set(label, (this.#relief.get(label) ?? 0) + bytes)
    this.#bus.publishRelief(relief)
    this.#write('info', relief, 'memory came back')
  }

  #write(severity: keyof ResponderLog, fields: object, message: string): void {
    isolate('the log of a pressure responder', () => this.#log?.[severity](fields, message))
  }

  *#metrics(): Iterable<MetricPoint> {
    for (const { label, ratio } of this.#limits.all) {
      yield {
        name: 'cultus_consumer_limit_ratio',
        type: 'gauge',
        help: 'The share of its bound that a consumer may use now.',
        value: ratio,
        labels: { consumer: label },
      }
    }
    for (const [label, bytes] of this.#relief) {
      yield {
        name: 'cultus_relief_bytes_total',
        type: 'counter',
        help: 'Bytes that came back after releases, measured after a collection, by consumer.',
        value: bytes,
        labels: { consumer: label },
      }
    }
    for (const { name, active } of this.#actions.status()) {
      yield {
        name: 'cultus_action_active',
        type: 'gauge',
        help: 'Whether an action of a tier stands (1) or not (0).',
        value: active ? 1 : 0,
        labels: { action: name },
      }
    }
  }
}
