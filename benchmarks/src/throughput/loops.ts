import { type MeasuredCache, valueSize } from '../caches/subject.ts'

/** Keys in the order in which they are asked for; `ids` tells what is kept under each. */
export interface Requests {
  readonly keys: readonly string[]
  readonly ids: Uint32Array
}

/** Runs the requests from one to another, and returns how many found what they were to find. */
export type Loop = (cache: MeasuredCache, requests: Requests, from: number, to: number) => number

/** Asks for each. What is found is looked into: a value that nobody reads could be left out. */
export function getAll(cache: MeasuredCache, requests: Requests, from: number, to: number): number {
  const { keys, ids } = requests
  let hits = 0
  for (let at = from; at < to; at++) {
    const found = cache.get(keys[at] ?? '')
    if (found !== undefined && found.id === ids[at]) hits += 1
  }
  return hits
}

/** Sets each to a new value. */
export function setAll(cache: MeasuredCache, requests: Requests, from: number, to: number): number {
  const { keys, ids } = requests
  for (let at = from; at < to; at++) {
    cache.set(keys[at] ?? '', { id: ids[at] ?? 0, size: valueSize })
  }
  return 0
}

/** Asks for each, and sets what is not there: how a service reads through a cache. */
export function readThrough(
  cache: MeasuredCache,
  requests: Requests,
  from: number,
  to: number,
): number {
  const { keys, ids } = requests
  let hits = 0
  for (let at = from; at < to; at++) {
    const key = keys[at] ?? ''
    const id = ids[at] ?? 0
    const found = cache.get(key)
    if (found === undefined) cache.set(key, { id, size: valueSize })
    else if (found.id === id) hits += 1
  }
  return hits
}
