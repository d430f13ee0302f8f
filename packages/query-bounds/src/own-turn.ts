import { yieldToLoop } from '@cultus/core'

let lastTurn: Promise<void> = Promise.resolve()

/** Resolves in a turn of the event loop that no one else here has, so that two slices do not add up to a long one. */
export function ownTurn(): Promise<void> {
  lastTurn = lastTurn.then(yieldToLoop)
  return lastTurn
}
