/** The `AbortSignal` of the platform, where its types are known. */
export type HostSignal = typeof globalThis extends { AbortSignal: { prototype: infer Signal } }
  ? Signal
  : { readonly aborted: boolean; readonly reason: unknown }

/** What is needed of the `AbortSignal` of a caller. */
export interface CallerSignal {
  readonly aborted: boolean
  readonly reason?: unknown
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
}

/** Ends what its signal was given to. */
export interface Aborter {
  readonly signal: HostSignal
  abort(reason: unknown): void
}

interface Host {
  readonly AbortController: new () => Aborter
}

/** An `AbortController` of the platform: core types know of none. */
export function newAborter(): Aborter {
  return new (globalThis as unknown as Host).AbortController()
}

/** Whether a value can be waited with: the `AbortSignal` of the platform, or one that is like it. */
export function isSignal(value: unknown): value is CallerSignal {
  if (typeof value !== 'object' || value === null) return false
  const { aborted, addEventListener, removeEventListener } = value as Partial<CallerSignal>
  return (
    typeof aborted === 'boolean' &&
    typeof addEventListener === 'function' &&
    typeof removeEventListener === 'function'
  )
}
