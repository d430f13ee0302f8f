import type { ConsumerUsage, MemoryConsumer } from './consumer.ts'
import { CultusError, shown } from './errors.ts'
import { isolate, Listeners } from './listeners.ts'
import type { StatusProvider } from './status.ts'

/** A consumer as the registry knows it. */
export interface RegisteredConsumer {
  /** The consumer's name, made unique: the second `users` is `users#2`. */
  readonly label: string
  readonly consumer: MemoryConsumer
}

/** What a consumer holds at one instant. */
export interface ConsumerSnapshot extends ConsumerUsage {
  readonly label: string
  readonly kind: MemoryConsumer['kind']
  readonly role: string | undefined
}

/** Who decides for all consumers what they may hold, instead of each following the bus. */
export interface Coordinator {
  readonly name: string
}

/** A change in who is registered or who decides. */
export type RegistryEvent =
  | {
      readonly type: 'registered' | 'unregistered'
      readonly label: string
      readonly consumer: MemoryConsumer
    }
  | { readonly type: 'coordinator'; readonly coordinator: Coordinator | undefined }

/** Knows who holds memory in this process, how much, and who decides about it. */
export class ConsumerRegistry {
  readonly #consumers = new Map<string, MemoryConsumer>()
  readonly #providers = new Set<StatusProvider>()
  readonly #listeners = new Listeners<RegistryEvent>('a listener of the consumer registry')
  #coordinator: Coordinator | undefined

  /** Everyone registered, in the order they came. */
  get consumers(): readonly RegisteredConsumer[] {
    return [...this.#consumers].map(([label, consumer]) => ({ label, consumer }))
  }

  /** Who has the coordinator's seat; without one, consumers follow the bus. */
  get coordinator(): Coordinator | undefined {
    return this.#coordinator
  }

  /** Everyone who can tell their status, in the order they came. */
  get statusProviders(): readonly StatusProvider[] {
    return [...this.#providers]
  }

  /**
   * Adds a consumer and returns a function that removes it. Adding one twice adds it once.
   *
   * @throws CultusError `CULTUS_INVALID_ARGUMENT` when it lacks a name or one of the required methods.
   */
  register(consumer: MemoryConsumer): () => void {
    for (const method of ['usage', 'setLimitRatio', 'release'] as const) {
      if (typeof consumer?.[method] !== 'function') {
        throw new CultusError(
          'CULTUS_INVALID_ARGUMENT',
          `a consumer must have \`${method}()\`, got ${shown(consumer)}`,
        )
      }
    }
    if (typeof consumer.name !== 'string' || consumer.name === '') {
      throw new CultusError(
        'CULTUS_INVALID_ARGUMENT',
        `a consumer must have a \`name\`, got ${shown(consumer.name)}`,
      )
    }
    const known = this.consumers.find((entry) => entry.consumer === consumer)
    const label = known?.label ?? this.#unusedLabel(consumer.name)
    if (known === undefined) {
      this.#consumers.set(label, consumer)
      this.#listeners.deliver({ type: 'registered', label, consumer })
    }
    let left = false
    return () => {
      if (left || this.#consumers.get(label) !== consumer) return
      left = true
      this.#consumers.delete(label)
      this.#listeners.deliver({ type: 'unregistered', label, consumer })
    }
  }

  /** What everyone holds now. A consumer whose `usage` throws is left out and reported once. */
  usage(): readonly ConsumerSnapshot[] {
    const snapshots: ConsumerSnapshot[] = []
    for (const [label, consumer] of this.#consumers) {
      const usage = isolate(`\`usage\` of consumer ${label}`, () => consumer.usage())
      if (usage !== undefined)
        snapshots.push({ ...usage, label, kind: consumer.kind, role: consumer.role })
    }
    return snapshots
  }

  /**
   * Takes the coordinator's seat and returns a function that leaves it.
   *
   * @throws CultusError `CULTUS_SEAT_TAKEN` when somebody else has it.
   */
  coordinate(coordinator: Coordinator): () => void {
    if (this.#coordinator !== undefined) {
      throw new CultusError(
        'CULTUS_SEAT_TAKEN',
        `the seat is taken by ${shown(this.#coordinator.name)}`,
      )
    }
    this.#seat(coordinator)
    let left = false
    return () => {
      if (left) return
      left = true
      this.#seat(undefined)
    }
  }

  /** Adds someone whose status the packages that show things may read; returns a function that removes it. */
  provideStatus(provider: StatusProvider): () => void {
    this.#providers.add(provider)
    return () => {
      this.#providers.delete(provider)
    }
  }

  /** Calls `listener` when a consumer comes or goes, or the seat changes hands; returns a function that ends it. */
  subscribe(listener: (event: RegistryEvent) => void): () => void {
    return this.#listeners.add(listener)
  }

  #seat(coordinator: Coordinator | undefined): void {
    this.#coordinator = coordinator
    this.#listeners.deliver({ type: 'coordinator', coordinator })
  }

  #unusedLabel(name: string): string {
    let label = name
    for (let copy = 2; this.#consumers.has(label); copy++) label = `${name}#${copy}`
    return label
  }
}
