import type { QueryClient } from '@tanstack/query-core'
import type { ObjectMetadata, Quiz } from './database.ts'
import type { GeneratedQuiz } from './generator.ts'

/** A cache as the routes use it. */
export interface Store<V> {
  get(key: string): V | undefined
  /** The kept value, or what `load` gives, kept for the next one. */
  fetch(key: string, load: () => Promise<V>): Promise<V>
}

/** Everything the service remembers between two requests. */
export interface Stores {
  readonly quizzes: Store<Quiz>
  readonly generated: Store<GeneratedQuiz>
  readonly objects: Store<ObjectMetadata>
  readonly queries: QueryClient
}
