import type { DehydratedState } from '@tanstack/query-core'

const emptyState = {
  data: undefined,
  dataUpdateCount: 1,
  dataUpdatedAt: 0,
  error: null,
  errorUpdateCount: 0,
  errorUpdatedAt: 0,
  fetchFailureCount: 0,
  fetchFailureReason: null,
  fetchMeta: null,
  isInvalidated: false,
  fetchStatus: 'idle',
} as const

/** A query with data, as another client would hand it over. */
export function dehydrated(
  queryKey: readonly unknown[],
  data: unknown,
): DehydratedState['queries'][number] {
  const state = { data, dataUpdatedAt: Date.now(), status: 'success' as const }
  return {
    queryKey,
    queryHash: JSON.stringify(queryKey),
    dehydratedAt: Date.now(),
    state: { ...emptyState, ...state },
  }
}
