import type { FakeClock } from '@cultus/core/testing'
import { notifyManager, timeoutManager } from '@tanstack/query-core'

let clock: FakeClock | undefined
let lastId = 0
const cancels = new Map<number, () => void>()

/** Runs the timers of TanStack Query by a clock of ours; without one they are dropped. */
export function runTanStackOn(next: FakeClock | undefined): void {
  clock = next
  cancels.clear()
}

function setTimer(callback: () => void, delay: number): number {
  lastId += 1
  const id = lastId
  const cancel = clock?.setTimer(() => {
    cancels.delete(id)
    callback()
  }, delay)
  if (cancel) cancels.set(id, cancel)
  return id
}

function clearTimer(id: number | undefined): void {
  if (id === undefined) return
  cancels.get(id)?.()
  cancels.delete(id)
}

timeoutManager.setTimeoutProvider({
  setTimeout: (callback, delay) => setTimer(() => callback(), delay),
  clearTimeout: clearTimer,
  setInterval: () => 0,
  clearInterval: clearTimer,
})
notifyManager.setScheduler((callback) => queueMicrotask(callback))

/** Lets everything that was put off run: microtasks, and two turns of the event loop for slices. */
export async function drained(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve))
}
