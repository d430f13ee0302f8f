import type { KeyList } from './key-list.ts'

/** CLOCK: the key at the back leaves, but goes to the front instead if it was requested since it was last there. */
export function evictByClock(queue: KeyList, visits: Uint8Array): number {
  for (;;) {
    const key = queue.popBack()
    if (visits[key] === 0) return key
    visits[key] = 0
    queue.pushFront(key)
  }
}
