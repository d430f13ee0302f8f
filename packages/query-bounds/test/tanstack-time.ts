import type { FakeClock } from '@cultus/core/testing'
import * as core from '@tanstack/query-core'

let clock: FakeClock | undefined
let lastId = 0
const cancels = new Map<number, () => void>()

/** Whether `getQueryData` looks up by `get`; the first versions of 5 search for the query instead. */
export const seesReads: boolean = (() => {
  const client = new core.QueryClient()
  let seen = false
  client.getQueryCache().get = () => {
    seen = true
    return undefined
  }
  client.getQueryData(['any'])
  return seen
})()

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

// Before 5.87 there is no way to give it another clock, and before 5.8 none to say when observers are told.
const { notifyManager }: { notifyManager: Partial<typeof core.notifyManager> } = core
const timeoutManager = 'timeoutManager' in core ? core.timeoutManager : undefined

/** Whether its collection of unused queries can be run by a clock of ours. */
export const hasTimeControl: boolean = timeoutManager !== undefined

timeoutManager?.setTimeoutProvider({
  setTimeout: (callback, delay) => setTimer(() => callback(), delay),
  clearTimeout: clearTimer,
  setInterval: () => 0,
  clearInterval: clearTimer,
})
notifyManager.setScheduler?.((callback) => queueMicrotask(callback))

/** Lets everything that was put off run: microtasks, and two turns of the event loop for slices. */
export async function drained(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve))
}
