import {
  type Clock,
  type ConsumerRegistry,
  type CultusError,
  consumerRegistry,
  invalidArgument,
  invalidOption,
  isolate,
  type MetricPoint,
  type PressureBus,
  type PressureLevel,
  pressureBus,
  systemClock,
  warnOnce,
} from '@cultus/core'
import { type RequestClass, requestClasses } from './request-class.ts'
import { type RetryAfterOptions, resolveRetryAfter, retryAfterSeconds } from './retry-after.ts'
import { type Ceilings, type ClassShares, ceilingsOf, resolveShares } from './shares.ts'

/**
 * Why a request was shed: `concurrency` when it would have been at `normal` too, `level` when only the
 * present level forbids it.
 */
export type ShedReason = 'concurrency' | 'level'

/** The answer to a request that asks to come in. */
export type Verdict = 'admitted' | ShedReason

/** Bounds of an {@link AdmissionController}. */
export interface AdmissionLimits {
  /**
   * The most requests in flight at a time, of all classes together; a positive integer.
   *
   * @defaultValue 256
   */
  readonly concurrency?: number
}

/** Settings for {@link AdmissionController}. */
export interface AdmissionControllerOptions {
  /** @defaultValue `{ concurrency: 256 }` */
  readonly limits?: AdmissionLimits
  /**
   * The share of `limits.concurrency` up to which all requests in flight may stand for a class still to be
   * admitted, by level. What is left out is the default.
   *
   * @defaultValue `defaultShares`
   */
  readonly shares?: Readonly<Partial<Record<PressureLevel, Partial<ClassShares>>>>
  /** @defaultValue `{ base: 2, jitter: 3 }`, in seconds. */
  readonly retryAfter?: RetryAfterOptions
  /**
   * A label for dashboards, where a process has several controllers.
   *
   * @defaultValue `'admission'`
   */
  readonly name?: string
  /** @defaultValue `pressureBus()` */
  readonly bus?: PressureBus
  /** @defaultValue `consumerRegistry()` */
  readonly registry?: ConsumerRegistry
  /** @defaultValue `systemClock` */
  readonly clock?: Clock
  /**
   * Returns a number from 0 up to but not 1; spreads `Retry-After`.
   *
   * @defaultValue `Math.random`
   */
  readonly random?: () => number
}

/** What an {@link AdmissionController} has done, and does now. */
export interface AdmissionStatus {
  readonly level: PressureLevel
  readonly concurrency: number
  readonly inFlight: Readonly<Record<RequestClass, number>>
  readonly admitted: Readonly<Record<RequestClass, number>>
  readonly shed: Readonly<Record<RequestClass, Readonly<Record<ShedReason, number>>>>
  /** Wall-clock time of the last shed request in milliseconds since 1970. */
  readonly lastShedAt: number | undefined
}

interface ClassTally {
  inFlight: number
  admitted: number
  concurrency: number
  level: number
}

/**
 * Decides which requests come in: fewer as pressure rises, and the least important are refused first.
 *
 * A class is admitted while all requests in flight together stand below its share of the limit, so that
 * a lower class can never take the last places of a higher one. `release` must be called exactly once for
 * each `'admitted'`.
 *
 * @example
 * ```ts
 * import { AdmissionController } from '@cultus/pressure'
 *
 * const admission = new AdmissionController({ limits: { concurrency: 100 } })
 * const verdict = admission.admit('standard')
 * if (verdict === 'admitted') {
 *   try {
 *     // The work.
 *   } finally {
 *     admission.release('standard')
 *   }
 * }
 * ```
 */
export class AdmissionController {
  readonly #bus: PressureBus
  readonly #clock: Clock
  readonly #random: () => number
  readonly #concurrency: number
  readonly #ceilings: Ceilings
  readonly #retryAfter: Required<RetryAfterOptions>
  readonly #tallies: Readonly<Record<RequestClass, ClassTally>>
  readonly #withdrawStatus: () => void
  #inFlight = 0
  #lastShedAt: number | undefined
  #disposed = false

  /** @throws CultusError `CULTUS_INVALID_OPTION` */
  constructor(options: AdmissionControllerOptions = {}) {
    const { concurrency = 256 } = options.limits ?? {}
    if (!Number.isSafeInteger(concurrency) || concurrency < 1)
      throw invalidOption('limits.concurrency', 'be a positive integer', concurrency)
    const { name = 'admission', random = Math.random } = options
    if (typeof name !== 'string' || name === '')
      throw invalidOption('name', 'be a non-empty string', name)
    if (typeof random !== 'function') throw invalidOption('random', 'be a function', random)
    this.#concurrency = concurrency
    this.#ceilings = ceilingsOf(concurrency, resolveShares(options.shares))
    this.#retryAfter = resolveRetryAfter(options.retryAfter)
    this.#random = random
    this.#bus = options.bus ?? pressureBus()
    this.#clock = options.clock ?? systemClock
    this.#tallies = { essential: newTally(), standard: newTally(), background: newTally() }
    this.#withdrawStatus = (options.registry ?? consumerRegistry()).provideStatus({
      name,
      kind: 'admission',
      metrics: () => this.#metrics(),
      status: () => this.status(),
    })
  }

  /** The level that decides now. */
  get level(): PressureLevel {
    return this.#bus.level
  }

  /** How many admitted requests have not been released. */
  get inFlight(): number {
    return this.#inFlight
  }

  /**
   * Asks for one request to come in, and counts the answer. Allocates nothing.
   *
   * After `dispose` everything is admitted.
   *
   * @throws CultusError `CULTUS_INVALID_ARGUMENT` for an unknown class.
   */
  admit(requestClass: RequestClass): Verdict {
    const ceiling = this.#ceilings[this.#bus.level][requestClass]
    if (ceiling === undefined) throw unknownClass(requestClass)
    const tally = this.#tallies[requestClass]
    if (this.#inFlight < ceiling || this.#disposed) {
      this.#inFlight++
      tally.inFlight++
      tally.admitted++
      return 'admitted'
    }
    this.#lastShedAt = this.#clock.date()
    const reason = this.#inFlight < this.#ceilings.normal[requestClass] ? 'level' : 'concurrency'
    tally[reason]++
    return reason
  }

  /**
   * Gives the place of one admitted request back.
   *
   * One call too many is ignored and reported once as a process warning.
   *
   * @throws CultusError `CULTUS_INVALID_ARGUMENT` for an unknown class.
   */
  release(requestClass: RequestClass): void {
    if (!Object.hasOwn(this.#tallies, requestClass)) throw unknownClass(requestClass)
    const tally = this.#tallies[requestClass]
    if (tally.inFlight === 0) {
      warnOnce(
        'CULTUS_W_RELEASE',
        `\`release\` was called more often than admitted: ${requestClass}`,
      )
      return
    }
    tally.inFlight--
    this.#inFlight--
  }

  /** How long the next shed client should wait: whole seconds, at least 1, different each time. */
  retryAfter(): number {
    const draw = isolate('`random` of an admission controller', this.#random)
    return retryAfterSeconds(this.#retryAfter, draw ?? 0)
  }

  /** What it has done and does now, as values that can be serialised. */
  status(): AdmissionStatus {
    const { essential, standard, background } = this.#tallies
    const byClass = <T>(value: (tally: ClassTally) => T): Record<RequestClass, T> => ({
      essential: value(essential),
      standard: value(standard),
      background: value(background),
    })
    return {
      level: this.level,
      concurrency: this.#concurrency,
      inFlight: byClass((tally) => tally.inFlight),
      admitted: byClass((tally) => tally.admitted),
      shed: byClass(({ concurrency, level }) => ({ concurrency, level })),
      lastShedAt: this.#lastShedAt,
    }
  }

  /** Stops shedding and leaves the registry. Requests in flight may still be released. */
  dispose(): void {
    this.#disposed = true
    this.#withdrawStatus()
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  *#metrics(): Iterable<MetricPoint> {
    for (const requestClass of requestClasses) {
      const tally = this.#tallies[requestClass]
      for (const reason of ['concurrency', 'level'] as const) {
        yield {
          name: 'cultus_requests_shed_total',
          type: 'counter',
          help: 'Requests refused on purpose, by class and reason.',
          value: tally[reason],
          labels: { class: requestClass, reason },
        }
      }
      yield {
        name: 'cultus_requests_admitted_total',
        type: 'counter',
        help: 'Requests admitted, by class.',
        value: tally.admitted,
        labels: { class: requestClass },
      }
      yield {
        name: 'cultus_requests_in_flight',
        type: 'gauge',
        help: 'Requests admitted and not yet finished, by class.',
        value: tally.inFlight,
        labels: { class: requestClass },
      }
    }
  }
}

function newTally(): ClassTally {
  return { inFlight: 0, admitted: 0, concurrency: 0, level: 0 }
}

function unknownClass(value: unknown): CultusError {
  return invalidArgument('requestClass', `be one of ${requestClasses.join(', ')}`, value)
}
