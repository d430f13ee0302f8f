/** A TanStack `Mutation`, by shape. */
export interface MutationLike {
  readonly state: {
    readonly status: string
    readonly isPaused: boolean
    readonly variables: unknown
    readonly data: unknown
    readonly context: unknown
    readonly error: unknown
  }
  destroy?(): void
}

/** An event of a TanStack `MutationCache`, by shape. */
export interface MutationCacheEventLike {
  readonly type: string
  readonly mutation?: MutationLike | undefined
}

/** A TanStack `MutationCache` of any copy or adapter, by shape. */
export interface MutationCacheLike {
  getAll(): readonly MutationLike[]
  remove(mutation: MutationLike): void
  subscribe(listener: (event: MutationCacheEventLike) => void): () => void
}
