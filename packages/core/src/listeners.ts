import { shown } from './errors.ts'
import { warnOnce } from './warning.ts'

interface Entry<T> {
  readonly listener: (event: T) => unknown
  active: boolean
}

/** Calls a function whose failure, thrown or rejected, must not reach the caller; warns once per place. */
export function isolate<T>(place: string, call: () => T): T | undefined {
  const report = (error: unknown): void => {
    const text = error instanceof Error ? error.message : shown(error)
    warnOnce('CULTUS_W_CALLBACK_THREW', `${place} threw: ${text}`, place)
  }
  try {
    const result = call()
    if (result instanceof Promise) result.catch(report)
    return result
  } catch (error) {
    report(error)
    return undefined
  }
}

/**
 * The listeners of one kind of event, called in the order they came.
 *
 * A listener that throws or rejects does not keep the event from the rest. One that left while an event
 * is being delivered is not called any more; one that came is not called yet.
 */
export class Listeners<T> {
  readonly #place: string
  #entries: readonly Entry<T>[] = []

  constructor(place: string) {
    this.#place = place
  }

  add(listener: (event: T) => unknown): () => void {
    const entry = { listener, active: true }
    this.#entries = [...this.#entries, entry]
    return () => {
      entry.active = false
      this.#entries = this.#entries.filter((other) => other !== entry)
    }
  }

  deliver(event: T): void {
    for (const entry of this.#entries) if (entry.active) this.deliverTo(entry.listener, event)
  }

  /** Delivers an event to one listener, isolated as the others are. */
  deliverTo(listener: (event: T) => unknown, event: T): void {
    isolate(this.#place, () => listener(event))
  }
}
