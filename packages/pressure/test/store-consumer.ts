import type { ConsumerUsage, MemoryConsumer, ReleaseBudget, ReleaseReport } from '@cultus/core'
import { ownTurn } from '@cultus/core'

/** How a store misbehaves. */
export type Fault =
  | 'none'
  | 'usage throws'
  | 'setLimitRatio throws'
  | 'release throws'
  | 'release rejects'
  | 'release hangs'
  | 'release returns nothing'
  | 'reports garbage'

interface StoreOptions extends Pick<MemoryConsumer, 'role' | 'ratios'> {
  readonly bytes?: number
  readonly limitBytes?: number
  readonly fault?: Fault
  /** Told of each call, in order, across stores. */
  readonly journal?: string[]
}

const slice = 64

/** A consumer that holds bytes, gives them back in slices, and can misbehave in every way one can. */
export class Store implements MemoryConsumer {
  readonly name: string
  readonly kind = 'cache'
  readonly role?: string
  readonly ratios?: NonNullable<MemoryConsumer['ratios']>
  readonly limitBytes: number
  readonly fault: Fault
  readonly ratiosSet: number[] = []
  readonly #journal: string[]
  bytes: number
  ratio = 1
  releasing = 0
  mostReleasing = 0

  constructor(name: string, options: StoreOptions = {}) {
    const { bytes = 1_000, limitBytes = 1_000, fault = 'none', journal = [] } = options
    this.name = name
    if (options.role !== undefined) this.role = options.role
    if (options.ratios !== undefined) this.ratios = options.ratios
    this.bytes = bytes
    this.limitBytes = limitBytes
    this.fault = fault
    this.#journal = journal
  }

  usage(): ConsumerUsage {
    if (this.fault === 'usage throws') throw new Error('no usage')
    const bytes = this.fault === 'reports garbage' ? Number.NaN : this.bytes
    return { bytes, entries: 1, limitBytes: this.limitBytes, hits: 0, misses: 0, evictions: 0 }
  }

  setLimitRatio(ratio: number): void {
    this.ratio = ratio
    this.ratiosSet.push(ratio)
    if (this.fault === 'setLimitRatio throws') throw new Error('no limit')
  }

  release(budget: ReleaseBudget = {}): Promise<ReleaseReport> {
    this.#journal.push(`${this.name} begins`)
    switch (this.fault) {
      case 'release throws':
        throw new Error('no release')
      case 'release rejects':
        return Promise.reject(new Error('no release'))
      case 'release hangs':
        return new Promise(() => {})
      case 'release returns nothing':
        return undefined as never
      case 'reports garbage':
        return Promise.resolve({ bytes: '12', entries: {} } as never)
      default:
        return this.#evict(budget)
    }
  }

  async #evict({ signal }: ReleaseBudget): Promise<ReleaseReport> {
    this.releasing++
    this.mostReleasing = Math.max(this.mostReleasing, this.releasing)
    const before = this.bytes
    let slices = 0
    const bound = (): number => this.ratio * this.limitBytes
    while (this.bytes > bound() && !signal?.aborted) {
      this.bytes = Math.max(bound(), this.bytes - slice)
      slices++
      await ownTurn()
    }
    this.releasing--
    this.#journal.push(`${this.name} ends`)
    return { bytes: before - this.bytes, entries: 0, slices, completed: this.bytes <= bound() }
  }
}

/** Gives everything that can go on without a timer the turns of the event loop it needs. */
export async function settle(turns = 60): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await ownTurn()
}
