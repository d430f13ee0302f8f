import type { PressureLevel } from '@cultus/core'

/** One thing that can happen to a client. */
export type Op =
  | {
      readonly do: 'set' | 'read' | 'fetch' | 'cancel' | 'observe' | 'invalidate' | 'remove'
      readonly key: number
    }
  | { readonly do: 'resolve' | 'reject' | 'subscribe' | 'leave'; readonly at: number }
  | { readonly do: 'move'; readonly at: number; readonly key: number }
  | {
      readonly do: 'fetchPages' | 'observePages' | 'mutate' | 'optimism'
      readonly key: number
    }
  | { readonly do: 'settleMutation'; readonly at: number; readonly fails: boolean }
  | { readonly do: 'resize'; readonly maxQueries: number }
  | { readonly do: 'release'; readonly ratio: number }
  | { readonly do: 'hydrate'; readonly keys: readonly number[] }
  | { readonly do: 'level'; readonly level: PressureLevel }
  | { readonly do: 'advance'; readonly time: number }
