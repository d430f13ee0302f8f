import { type Clock, type ElevatedLevel, LevelMachine, resolveLevelOptions } from '@cultus/core'
import { fuse } from '../fuse.ts'
import type { MemorySnapshot } from '../sample.ts'
import type { SharedReport } from './message.ts'

/** Settings for {@link SharedLevel}. */
export interface SharedLevelOptions {
  readonly thresholds: Partial<Record<ElevatedLevel, number>>
  readonly clock: Clock
}

/**
 * The level of what all threads of a process share: its container, or without one the machine.
 *
 * The level of the main thread's monitor would not do: it counts the heap of the main thread, which
 * no other thread can relieve.
 */
export class SharedLevel {
  readonly #machine: LevelMachine
  readonly #unconfirmedCap: number
  readonly #uncorroboratedCap: number

  /** @throws CultusError `CULTUS_INVALID_OPTION` */
  constructor({ thresholds, clock }: SharedLevelOptions) {
    const { thresholds: resolved, hysteresis } = resolveLevelOptions({ thresholds })
    this.#machine = new LevelMachine({ thresholds, clock })
    this.#unconfirmedCap = resolved.critical - Number.EPSILON
    this.#uncorroboratedCap = resolved.critical - hysteresis - Number.EPSILON
  }

  /** Takes in what the main thread measured; `undefined` while it can read nothing. */
  observe(snapshot: MemorySnapshot): SharedReport | undefined {
    if (snapshot.confidence === 'unknown') return undefined
    // A forecast of the heap of this thread is no more shared than that heap.
    const signals = snapshot.signals.filter(({ name, of }) => name !== 'heap' && of !== 'heap')
    const reading = fuse(signals, this.#unconfirmedCap, this.#uncorroboratedCap)
    if (reading === undefined || !Number.isFinite(reading.dominant.ratio)) return undefined
    const { ratio, confidence, name, reason } = reading.dominant
    this.#machine.observe(reading)
    return { level: this.#machine.level, ratio, confidence, signal: name, reason }
  }
}
