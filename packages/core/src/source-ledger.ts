import type { Confidence, PressureReport } from './event.ts'
import { levelRank, type PressureLevel } from './level.ts'

/** What the bus knows of one source. */
export interface PressureSource {
  readonly name: string
  readonly level: PressureLevel
  readonly ratio: number
  readonly confidence: Confidence
  readonly signal: string | undefined
  readonly reason: string | undefined
}

interface Silence {
  milliseconds: number
  readonly staleAfter: number
}

const surenessOf: Readonly<Record<Confidence, number>> = { unknown: 0, estimated: 1, confirmed: 2 }

/** Keeps what each source last reported, for how long it has been silent, and which of them decides. */
export class SourceLedger {
  readonly #sources = new Map<string, PressureSource>()
  readonly #silences = new Map<string, Silence>()

  get size(): number {
    return this.#sources.size
  }

  /** Every source, as it last reported. */
  get sources(): readonly PressureSource[] {
    return [...this.#sources.values()]
  }

  /** The source with the worst level; among equals, the one that is surest. */
  get deciding(): PressureSource | undefined {
    let worst: PressureSource | undefined
    for (const source of this.#sources.values()) {
      const rank = levelRank(source.level) - (worst === undefined ? -1 : levelRank(worst.level))
      const surer =
        worst !== undefined && surenessOf[source.confidence] > surenessOf[worst.confidence]
      if (rank > 0 || (rank === 0 && surer)) worst = source
    }
    return worst
  }

  /** Takes in a report; the source is heard and its silence ends. */
  record(name: string, report: PressureReport, staleAfter: number): void {
    const { level, ratio, confidence = 'confirmed', signal, reason } = report
    this.#sources.set(name, { name, level, ratio, confidence, signal, reason })
    this.#silences.set(name, { milliseconds: 0, staleAfter })
  }

  /** Removes a source, and says whether it was there. */
  forget(name: string): boolean {
    this.#silences.delete(name)
    return this.#sources.delete(name)
  }

  /** Lets time pass in which nobody reported: the silent turn `unknown`, and after `expireAfter` are forgotten. */
  age(elapsed: number, expireAfter: number): void {
    for (const [name, source] of this.#sources) {
      const silence = this.#silences.get(name)
      if (silence === undefined) continue
      silence.milliseconds += elapsed
      if (silence.milliseconds >= Math.max(expireAfter, silence.staleAfter)) this.forget(name)
      else if (silence.milliseconds >= silence.staleAfter && source.confidence !== 'unknown') {
        this.#sources.set(name, { ...source, confidence: 'unknown' })
      }
    }
  }
}
