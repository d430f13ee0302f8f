import { MutationObserver, type QueryClient } from '@tanstack/query-core'

/** A promise that the test settles. */
export interface Deferred {
  resolve(value: unknown): void
  reject(error: Error): void
}

/** Takes one out. */
export function taken<T>(all: T[], at: number): T | undefined {
  return all.splice(at % (all.length || 1), 1)[0]
}

/** Mutations under way, observed or not, settled when the test says so. */
export class MutationTraffic {
  readonly #client: QueryClient
  readonly #pending: Deferred[] = []

  constructor(client: QueryClient) {
    this.#client = client
  }

  /** Runs one, and returns what ends its observation. */
  run(observed: boolean, onMutate: () => void): () => void {
    const observer = new MutationObserver(this.#client, {
      mutationFn: () =>
        new Promise((resolve, reject) => {
          this.#pending.push({ resolve, reject })
        }),
      onMutate,
    })
    observer.mutate().catch(() => {})
    if (observed) return observer.subscribe(() => {})
    observer.reset()
    return () => {}
  }

  settle(at: number, fails: boolean): void {
    const mutation = taken(this.#pending, at)
    if (fails) mutation?.reject(new Error('refused'))
    else mutation?.resolve(at)
  }
}
