interface HostScheduling {
  setImmediate?(callback: () => void): void
  setTimeout(callback: () => void, delay: number): void
}

let lastTurn: Promise<void> = Promise.resolve()

/**
 * Resolves in a turn of the event loop that nobody else has who asked for one here.
 *
 * Yielding alone would not do: ten consumers that release at once would all go on in the same turn, and hold the loop for
 * ten slices in a row.
 */
export function ownTurn(): Promise<void> {
  lastTurn = lastTurn.then(nextTurn)
  return lastTurn
}

function nextTurn(): Promise<void> {
  const host = globalThis as unknown as HostScheduling
  return new Promise((resolve) => {
    if (host.setImmediate === undefined) host.setTimeout(resolve, 0)
    else host.setImmediate(resolve)
  })
}
