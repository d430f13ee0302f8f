import { heapCeiling } from '../src/forecast/ceiling.ts'
import { Outlook } from '../src/forecast/outlook.ts'

export const thresholds = { warning: 0.7, critical: 0.85, emergency: 0.95 } as const

/** A heap as V8 keeps it, simplified; everything is a share of its death point. */
export interface SimulatedHeap {
  /** The live share at a time in milliseconds. */
  readonly live: (at: number) => number
  /** What is allocated in a second and soon dropped, and promoted before that. */
  readonly churn: number
  /** The young generation. */
  readonly young: number
  /** How much more than the live share a collection leaves, at the most. */
  readonly floating?: number
  readonly seed?: number
  readonly duration: number
}

/** What an outlook made of a simulated heap. */
export interface Watched {
  readonly outlook: Outlook
  /** When the first alarm came, in milliseconds; Infinity without one. */
  readonly alarmAt: number
  readonly collections: number
}

/** Park and Miller's minimal standard generator. */
export function random(seed: number): () => number {
  let state = (seed % 2_147_483_646) + 1
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}

const step = 50
const tickEvery = 200
const leastRest = 2_000

/**
 * Shows a heap to an outlook as a monitor would: V8 sets a limit half way to the cap at the latest and starts
 * half a young generation before it, and the monitor asks for a collection where the outlook does, or garbage
 * passes `warning`. `each` sees every tick.
 */
export function watch(
  heap: SimulatedHeap,
  each: (outlook: Outlook, at: number) => void = () => {},
): Watched {
  const { live, churn, young, floating = 0.01, seed = 1, duration } = heap
  const next = random(seed)
  const outlook = new Outlook()
  const ceiling = heapCeiling({ youngBytes: young, deathPointBytes: 1, ratio: 0, programShare: 1 })
  let used = live(0)
  let ratio = used
  let confirmedAt = Number.NEGATIVE_INFINITY
  let limit = 0
  let restUntil = 0
  let alarmAt = Number.POSITIVE_INFINITY
  let collections = 0
  const collect = (at: number): void => {
    ratio = live(at) + floating * next()
    used = ratio
    confirmedAt = at
    collections++
    limit = Math.min(ratio * 1.5 + young / 2, (ratio + 1) / 2)
  }
  for (let at = 0; at <= duration; at += step) {
    used += Math.max(0, live(at) - live(at - step)) + (churn * step) / 1_000
    if (used > Math.max(limit - young / 2, ratio + 0.005)) collect(at)
    if (at % tickEvery !== 0) continue
    const show = (): void =>
      outlook.observe({
        now: at,
        date: 0,
        thresholds,
        heap: { ratio, confirmedAt, upper: used, ceiling },
      })
    show()
    if (at >= restUntil && at > confirmedAt + 500 && (outlook.wantsProof || used > 0.7)) {
      collect(at)
      restUntil = at + leastRest
      show()
    }
    if (outlook.signal !== undefined) alarmAt = Math.min(alarmAt, at)
    each(outlook, at)
  }
  return { outlook, alarmAt, collections }
}
