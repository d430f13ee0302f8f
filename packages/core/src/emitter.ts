import { invalidArgument } from './errors.ts'
import { Listeners } from './listeners.ts'

/** The listeners of several kinds of event, told apart by name. */
export class Emitter<Events> {
  readonly #listeners = new Map<keyof Events, Listeners<never>>()

  /** `owner` is whom a warning about a listener that throws speaks of. */
  constructor(owner: string, names: readonly (keyof Events & string)[]) {
    for (const name of names)
      this.#listeners.set(name, new Listeners(`a \`${name}\` listener of ${owner}`))
  }

  /**
   * Calls `listener` with every event of one kind, and returns a function that ends it. With `first`, that event is
   * delivered to it before this returns.
   *
   * @throws CultusError `CULTUS_INVALID_ARGUMENT` for an unknown event or a listener that is no function.
   */
  on<N extends keyof Events>(
    name: N,
    listener: (event: Events[N]) => void,
    first?: Events[N],
  ): () => void {
    const listeners = this.#of(name)
    if (listeners === undefined) {
      throw invalidArgument('event', `be one of ${[...this.#listeners.keys()].join(', ')}`, name)
    }
    if (typeof listener !== 'function') throw invalidArgument('listener', 'be a function', listener)
    if (first !== undefined) listeners.deliverTo(listener, first)
    return listeners.add(listener)
  }

  /** Calls the listeners of one kind of event, in the order they came. */
  deliver<N extends keyof Events>(name: N, event: Events[N]): void {
    this.#of(name)?.deliver(event)
  }

  #of<N extends keyof Events>(name: N): Listeners<Events[N]> | undefined {
    return this.#listeners.get(name) as Listeners<Events[N]> | undefined
  }
}
