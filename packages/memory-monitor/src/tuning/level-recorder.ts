import { type ElevatedLevel, elevatedLevels, levelRank, type PressureLevel } from '@cultus/core'
import type { LevelRecord } from './shadow-report.ts'

/** Keeps the record of one series of levels. */
export class LevelRecorder {
  #level: PressureLevel
  #transitions = 0
  readonly #entries: Record<ElevatedLevel, number> = { warning: 0, critical: 0, emergency: 0 }
  readonly #time = { normal: 0, warning: 0, critical: 0, emergency: 0 }

  constructor(level: PressureLevel) {
    this.#level = level
  }

  get level(): PressureLevel {
    return this.#level
  }

  /**
   * Takes in the level that holds from now on, and how long the one before it
   * held, in milliseconds.
   */
  observe(level: PressureLevel, elapsed: number): void {
    this.#time[this.#level] += elapsed
    if (level === this.#level) return
    this.#transitions++
    // A rise by two steps enters both: whoever listens for the lower one hears of it too.
    for (const entered of elevatedLevels) {
      const rank = levelRank(entered)
      if (rank > levelRank(this.#level) && rank <= levelRank(level)) this.#entries[entered]++
    }
    this.#level = level
  }

  /** The record up to now. */
  record(): LevelRecord {
    return {
      level: this.#level,
      transitions: this.#transitions,
      entries: { ...this.#entries },
      time: { ...this.#time },
    }
  }
}
