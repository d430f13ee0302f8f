import type { Evict } from './visit-queue.ts'

/**
 * SIEVE: a hand walks from the oldest key to the newest, and evicts the first that was not requested since it last
 * came by; no key moves. (Zhang et al., "SIEVE is Simpler than LRU", NSDI 2024.)
 */
export function sieveHand(): Evict {
  /** The key that it looks at next, or -1 for the oldest. */
  let hand = -1
  return (queue, visits) => {
    let key = hand === -1 ? queue.back : hand
    while (visits[key]! > 0) {
      visits[key]! -= 1
      key = queue.before(key)
      if (key === -1) key = queue.back
    }
    hand = queue.before(key)
    queue.remove(key)
    return key
  }
}
