import { performance } from 'node:perf_hooks'
import { Churn } from './churn.ts'
import { type Block, heapBlock, itemBytes } from './heap-block.ts'
import type { ResolvedLoad } from './options.ts'
import { Pacer } from './pacer.ts'
import { tell } from './tell.ts'

const stepEvery = 10
/** The base is built at this share of the cap per second, and left alone for a while before the load begins. */
const baseRateShare = 0.25
const settling = 2_000
/** A full heap that nobody notices is cleared all the same after so long. */
const longestUnanswered = 10_000

function collect(): void {
  ;(globalThis as { gc?: () => void }).gc?.()
  tell('phase', { phase: 'collected' })
}

/** Small requests, ten a second; at a rate of 0 nothing of the load runs any more. */
function trickle(rate: number): void {
  if (rate === 0) return
  const pacer = new Pacer(rate)
  setInterval(() => heapBlock(pacer.due()), 100)
}

/** Plays a load inside the heap; `isAnswered` tells when a full heap has been noticed and may be cleared. */
export function playHeapLoad(load: ResolvedLoad, isAnswered: () => boolean): void {
  const { kind, capBytes, baseShare, rateShare, plateauShare, churnRate, ringShare } = load
  const churn = new Churn(churnRate, ringShare * capBytes, load.seed)
  let held: Block[] = []
  let heldBytes = 0
  const hold = (bytes: number): void => {
    if (bytes < itemBytes) return
    held.push(heapBlock(bytes))
    heldBytes += bytes
  }
  const most = { leak: 2, fill: 2, 'fill-and-clear': plateauShare, 'warm-up': plateauShare }
  const target = capBytes * ((most as Record<string, number>)[kind] ?? baseShare)

  const grow = (): void => {
    tell('phase', { phase: 'load', heldBytes })
    const pacer = new Pacer(rateShare * capBytes)
    let cleared = false
    let fullAt = 0
    const growing = setInterval(() => {
      churn.step()
      const due = pacer.due()
      // What is left may be less than one item.
      const isFull = (): boolean => target - heldBytes < itemBytes
      if (cleared || isFull()) {
        if (kind !== 'fill-and-clear' || cleared) return
        if (!isAnswered() && performance.now() - fullAt < longestUnanswered) return
        cleared = true
        held = []
        heldBytes = 0
        churn.clear()
        clearInterval(growing)
        trickle(load.idleRate)
        tell('phase', { phase: 'cleared' })
        if (load.collectAfter !== undefined) setTimeout(collect, load.collectAfter)
        return
      }
      hold(Math.min(due, target - heldBytes))
      if (!isFull()) return
      fullAt = performance.now()
      tell('phase', { phase: 'full', heldBytes })
    }, stepEvery)
  }

  const base = baseShare * capBytes
  if (base === 0) {
    grow()
    return
  }
  tell('phase', { phase: 'base' })
  const pacer = new Pacer(baseRateShare * capBytes)
  const building = setInterval(() => {
    churn.step()
    if (heldBytes < base) hold(Math.min(pacer.due(), base - heldBytes))
  }, stepEvery)
  setTimeout(
    () => {
      clearInterval(building)
      hold(base - heldBytes)
      grow()
    },
    (baseShare / baseRateShare) * 1000 + settling,
  )
}
