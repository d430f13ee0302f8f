import { warnOnce } from './warning.ts'

const mostAnswers = 1_000

/**
 * Delivers events one after another: one that is published while another is being delivered comes after it, so that
 * every listener sees the same sequence. A chain of more than 1000 answers to one event is cut with a warning.
 */
export class DeliveryQueue {
  readonly #waiting: (() => void)[] = []
  #delivering = false

  add(deliver: () => void): void {
    if (this.#waiting.length >= mostAnswers) {
      warnOnce(
        'CULTUS_W_EVENT_LOOP',
        `listeners of the pressure bus answered each other ${mostAnswers} times`,
      )
      return
    }
    this.#waiting.push(deliver)
    if (this.#delivering) return
    this.#delivering = true
    // Not shifted off: the length counts the chain of answers.
    for (let next = 0; next < this.#waiting.length; next++) this.#waiting[next]?.()
    this.#waiting.length = 0
    this.#delivering = false
  }
}
