import { isolate } from '@cultus/core'
import type {
  MutationCacheEventLike,
  MutationCacheLike,
  MutationLike,
} from './mutation-cache-like.ts'

/** How much settled mutations that nobody observes may keep. */
export interface MutationLimits {
  readonly maxSettled: number
  readonly maxBytes: number
}

/** A mutation that was removed to keep the limits. */
interface MutationEviction {
  readonly mutation: MutationLike
  readonly bytes: number
}

/** What {@link SettledMutations} works with. */
export interface SettledMutationsSettings {
  readonly limits: MutationLimits
  sizeOf(value: unknown): number
  onEvict(eviction: MutationEviction): void
  /** No mutation is pending any more. */
  onIdle(): void
  /** The limits are passed. */
  onOver(): void
}

/** What a mutation costs without what it carries: its state, its options and its timer. */
const mutationBytes = 1_000

/**
 * The settled mutations of a client that nobody observes, oldest first.
 *
 * TanStack Query keeps them for `gcTime`, which is infinite on a server. Pending and paused ones are never touched:
 * they are the queue of an application that is offline. Whether a mutation that was there before this is observed
 * cannot be seen from outside, so those are left to TanStack Query.
 */
export class SettledMutations {
  readonly #cache: MutationCacheLike
  readonly #settings: SettledMutationsSettings
  /** How many observers each mutation has. */
  readonly #observers = new Map<MutationLike, number>()
  readonly #pending = new Set<MutationLike>()
  /** What may go, with its bytes. */
  readonly #settled = new Map<MutationLike, number>()
  readonly #leave: () => void
  #ratio = 1
  bytes = 0
  evictions = 0
  evictedBytes = 0

  constructor(cache: MutationCacheLike, settings: SettledMutationsSettings) {
    this.#cache = cache
    this.#settings = settings
    for (const mutation of cache.getAll()) {
      this.#observers.set(mutation, Number.POSITIVE_INFINITY)
      this.#settle(mutation)
    }
    this.#leave = cache.subscribe((event) => {
      isolate('a bound on mutations', () => this.#onEvent(event))
    })
  }

  /** How many may go. */
  get settled(): number {
    return this.#settled.size
  }

  /** How many wait for their answer, or to be sent. */
  get pending(): number {
    return this.#pending.size
  }

  get isOver(): boolean {
    const { maxSettled, maxBytes } = this.#settings.limits
    return (
      this.#settled.size > Math.floor(maxSettled * this.#ratio) ||
      this.bytes > maxBytes * this.#ratio
    )
  }

  /** Sets the share of the limits that may be used, 0…1; evicts nothing. */
  setRatio(ratio: number): void {
    this.#ratio = ratio
  }

  /** Removes the one that settled first and returns its bytes; `undefined` inside the limits. */
  evictOldest(): number | undefined {
    if (!this.isOver) return undefined
    for (const [mutation, bytes] of this.#settled) {
      this.#forget(mutation)
      isolate('a listener of the mutation cache', () => {
        // Removing alone leaves the timer of its collection running.
        mutation.destroy?.()
        this.#cache.remove(mutation)
      })
      this.evictions += 1
      this.evictedBytes += bytes
      this.#settings.onEvict({ mutation, bytes })
      return bytes
    }
    return undefined
  }

  detach(): void {
    this.#leave()
    this.#observers.clear()
    this.#pending.clear()
    this.#settled.clear()
    this.bytes = 0
  }

  #onEvent({ type, mutation }: MutationCacheEventLike): void {
    if (mutation === undefined || type === 'observerOptionsUpdated') return
    const observers = this.#observers.get(mutation)
    if (type === 'added') this.#observers.set(mutation, observers ?? 0)
    else if (observers === undefined) return
    else if (type === 'removed') this.#forget(mutation)
    else if (type === 'observerAdded') this.#observers.set(mutation, observers + 1)
    else if (type === 'observerRemoved') this.#observers.set(mutation, Math.max(0, observers - 1))
    const wasPending = this.#pending.size > 0
    this.#settle(mutation)
    if (wasPending && this.#pending.size === 0) this.#settings.onIdle()
    if (this.isOver) this.#settings.onOver()
  }

  /** Looks at a mutation again. */
  #settle(mutation: MutationLike): void {
    const { status, isPaused } = mutation.state
    const observers = this.#observers.get(mutation)
    if (observers !== undefined && (status === 'pending' || isPaused)) this.#pending.add(mutation)
    else this.#pending.delete(mutation)
    const mayGo = observers === 0 && !isPaused && (status === 'success' || status === 'error')
    if (mayGo === this.#settled.has(mutation)) return
    if (mayGo) {
      const bytes = this.#bytesOf(mutation)
      this.#settled.set(mutation, bytes)
      this.bytes += bytes
    } else this.#unsettle(mutation)
  }

  #forget(mutation: MutationLike): void {
    this.#unsettle(mutation)
    this.#pending.delete(mutation)
    this.#observers.delete(mutation)
  }

  #unsettle(mutation: MutationLike): void {
    this.bytes -= this.#settled.get(mutation) ?? 0
    this.#settled.delete(mutation)
  }

  #bytesOf({ state: { variables, data, context, error } }: MutationLike): number {
    return [variables, data, context, error].reduce(
      (sum: number, part) => sum + this.#settings.sizeOf(part),
      mutationBytes,
    )
  }
}
