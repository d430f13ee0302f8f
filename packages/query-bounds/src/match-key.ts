import type { QueryLike } from './query-cache-like.ts'

/** Which queries belong to a group: those whose key begins like this one, or those it returns `true` for. */
export type QueryMatch = readonly unknown[] | ((query: QueryLike) => boolean)

/**
 * Whether `part` is a beginning of `key` as TanStack Query's filters mean it: arrays by their first elements, records
 * by some of their properties, at every depth. So `[['post']]` matches the nested keys of tRPC too.
 */
export function matchesKey(key: unknown, part: unknown): boolean {
  if (key === part) return true
  if (!isObject(key) || !isObject(part)) return false
  if (Array.isArray(part) && (!Array.isArray(key) || part.length > key.length)) return false
  return Object.keys(part).every((name) => matchesKey(key[name], part[name]))
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

const longestLabel = 64

/** The first part of a key, for people to read: `todos` of `['todos', 1]`, `post.byId` of `[['post', 'byId'], {}]`. */
export function labelOf(queryKey: readonly unknown[]): string {
  const first = queryKey[0]
  if (typeof first === 'string' && first !== '' && first.length <= longestLabel) return first
  const label = Array.isArray(first)
    ? first.filter(isPlain).join('.')
    : isPlain(first) && `${first}`
  return (label || '(other)').slice(0, longestLabel)
}

function isPlain(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}
