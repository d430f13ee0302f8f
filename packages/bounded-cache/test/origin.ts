import { expect } from 'vitest'
import { type FlightContext, SingleFlight } from '../src/single-flight.ts'

/** A value, and how often its key had been written where it came from. */
export interface Read {
  readonly key: number
  readonly version: number
}

interface Load {
  readonly key: number
  readonly context: FlightContext
  settle(end: 'resolve' | 'reject'): void
  over: boolean
}

interface Caller {
  readonly key: number
  /** The version when it asked: what it is given must not be older. */
  readonly version: number
  readonly aborter: AbortController | undefined
  outcome: PromiseSettledResult<Read> | undefined
}

/** What loads are made from, with all who ask and all who load, and a plain `Map` for a cache. */
export class Origin {
  readonly flights: SingleFlight<number, Read>
  readonly held = new Map<number, Read>()
  readonly loads: Load[] = []
  readonly callers: Caller[] = []
  failures = 0
  readonly #maxLoads: number
  readonly #versions = new Map<number, number>()

  constructor(maxLoads: number) {
    this.#maxLoads = maxLoads
    this.flights = new SingleFlight(maxLoads)
  }

  version(key: number): number {
    return this.#versions.get(key) ?? 0
  }

  /** Asks for a key, as a cache would that holds nothing. */
  ask(key: number, aborter?: AbortController): void {
    const caller: Caller = { key, version: this.version(key), aborter, outcome: undefined }
    this.callers.push(caller)
    const { flights } = this
    const answer =
      flights.join(key, aborter?.signal) ??
      flights.start(key, this.#loader, this.#landing(key), aborter?.signal)
    answer.then(
      (value) => {
        caller.outcome = { status: 'fulfilled', value }
      },
      (reason: unknown) => {
        caller.outcome = { status: 'rejected', reason }
      },
    )
  }

  refresh(key: number): void {
    if (!this.flights.has(key)) this.flights.refresh(key, this.#loader, this.#landing(key))
  }

  set(key: number): void {
    const value = { key, version: this.version(key) + 1 }
    this.#versions.set(key, value.version)
    this.flights.overtake(key, value)
    this.held.set(key, value)
  }

  delete(key: number): void {
    this.#versions.set(key, this.version(key) + 1)
    this.flights.disown(key)
    this.held.delete(key)
  }

  clear(): void {
    for (let key = 0; key < 10; key++) this.#versions.set(key, this.version(key) + 1)
    this.flights.disownAll()
    this.held.clear()
  }

  /** Ends one of the loads that are under way. */
  settle(index: number, end: 'resolve' | 'reject'): void {
    const open = this.loads.filter(({ over }) => !over)
    open[index % open.length]?.settle(end)
  }

  /** What must hold at any moment, once promises had their turn. */
  check(): void {
    const open = this.loads.filter(({ over }) => !over)
    expect(this.flights.loading).toBe(open.length)
    expect(open.length).toBeLessThanOrEqual(this.#maxLoads)
    if (this.flights.waiting > 0) expect(open.length).toBe(this.#maxLoads)
    for (let key = 0; key < 10; key++) {
      const live = open.filter((load) => load.key === key && !load.context.signal.aborted)
      const joinable = this.flights.has(key) ? 1 : 0
      const unanswered = this.callers.filter((caller) => caller.key === key && !caller.outcome)
      // A load that was cut off goes on for those who wait, and for nobody else.
      expect(live.length).toBeLessThanOrEqual(joinable + unanswered.length)
    }
    for (const { key, version } of this.held.values()) expect(version).toBe(this.version(key))
    for (const caller of this.callers) checkCaller(caller)
  }

  readonly #loader = (key: number, context: FlightContext): Promise<Read> =>
    new Promise<Read>((resolve, reject) => {
      const read = { key, version: this.version(key) }
      // A load that nobody wants must not begin.
      expect(context.signal.aborted).toBe(false)
      const load: Load = {
        key,
        context,
        over: false,
        settle(end) {
          load.over = true
          if (end === 'resolve') resolve(read)
          else reject(new Error(`no ${key}`))
        },
      }
      this.loads.push(load)
    })

  #landing(key: number): { loaded(value: Read): void; failed(): void } {
    return {
      loaded: (value) => {
        this.held.set(key, value)
      },
      failed: () => {
        this.failures += 1
      },
    }
  }
}

function checkCaller({ key, version, aborter, outcome }: Caller): void {
  if (outcome === undefined) {
    expect(aborter?.signal.aborted).not.toBe(true)
  } else if (outcome.status === 'fulfilled') {
    expect(outcome.value.key).toBe(key)
    expect(outcome.value.version).toBeGreaterThanOrEqual(version)
  } else if (outcome.reason !== aborter?.signal.reason) {
    expect(outcome.reason).toEqual(new Error(`no ${key}`))
  }
}
