interface HostScheduling {
  setImmediate?(callback: () => void): void
  setTimeout(callback: () => void, delay: number): void
}

/** Resolves after the event loop has had a turn for input and timers. */
export function yieldToLoop(): Promise<void> {
  const host = globalThis as unknown as HostScheduling
  return new Promise((resolve) => {
    if (host.setImmediate === undefined) host.setTimeout(resolve, 0)
    else host.setImmediate(resolve)
  })
}
