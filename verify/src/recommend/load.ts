import { seededRandom } from '../harness/random.ts'

/** What a load keeps in memory: each has its own shape of heap. */
export type ObjectKind = 'arrays' | 'records' | 'map' | 'large'

/** A load that can be run again, object by object. */
export interface LoadSettings {
  readonly kind: ObjectKind
  /** Bytes that stay in use, roughly: what they really take is measured. */
  readonly heldMebibytes: number
  /** Bytes that come and go. */
  readonly churnMebibytesPerSecond: number
  readonly seconds: number
  readonly seed: number
}

const mebibyte = 2 ** 20
const stepMilliseconds = 10
/** This share of what comes lives for a second, long enough to be promoted before it dies. */
const survivingShare = 0.3
const survivingSteps = 1_000 / stepMilliseconds
/** The held set is built up in the first third of the time. */
const buildShare = 1 / 3

interface Made {
  readonly value: unknown
  /** Roughly what it takes. */
  readonly bytes: number
}

const makers: Readonly<Record<ObjectKind, (random: () => number) => Made>> = {
  arrays: (random) => {
    const length = 60 + Math.floor(random() * 120)
    return { value: new Array<number>(length).fill(length), bytes: 16 + 8 * length }
  },
  records: (random) => ({
    value: {
      id: Math.floor(random() * 2 ** 30),
      name: `customer ${random()}`,
      tags: [random(), random(), random()],
      address: { street: `street ${random()}`, number: Math.floor(random() * 500) },
    },
    bytes: 290,
  }),
  map: (random) => {
    const entries = 8 + Math.floor(random() * 16)
    const value = new Map<string, number>()
    for (let entry = 0; entry < entries; entry++) value.set(`key ${random()}`, entry)
    return { value, bytes: 200 + 85 * entries }
  },
  // Large enough for the space of large objects, where nothing is moved.
  large: (random) => {
    const length = 20_000 + Math.floor(random() * 20_000)
    return { value: new Array<number>(length).fill(random()), bytes: 8 * length }
  },
}

/**
 * Runs a load and calls `done` once every step of it is taken, however late.
 *
 * A step that is late is made up for at once, so that the same objects come whatever the machine does.
 */
export function runLoad(settings: LoadSettings, done: () => void): void {
  const random = seededRandom(settings.seed)
  const make = makers[settings.kind]
  const steps = Math.round((settings.seconds * 1_000) / stepMilliseconds)
  const buildSteps = Math.round(steps * buildShare)
  const heldBytes = settings.heldMebibytes * mebibyte
  const churnBytes = (settings.churnMebibytesPerSecond * mebibyte * stepMilliseconds) / 1_000
  const held: unknown[] = []
  const survivors: unknown[][] = Array.from({ length: survivingSteps }, () => [])
  let built = 0

  const step = (index: number): void => {
    while (index < buildSteps && built < (heldBytes * (index + 1)) / buildSteps) {
      const { value, bytes } = make(random)
      held.push(value)
      built += bytes
    }
    const batch: unknown[] = []
    for (let churned = 0; churned < churnBytes; ) {
      const { value, bytes } = make(random)
      churned += bytes
      if (random() < survivingShare) batch.push(value)
    }
    survivors[index % survivingSteps] = batch
    // What is held turns over, as a cache does.
    for (let replaced = 0; replaced < 4 && held.length > 0; replaced++)
      held[Math.floor(random() * held.length)] = make(random).value
  }

  const startedAt = performance.now()
  let taken = 0
  const run = (): void => {
    const due = Math.floor((performance.now() - startedAt) / stepMilliseconds)
    // A few at a time: the monitor and its timers want their turn.
    for (let once = 0; once < 4 && taken < Math.min(due, steps); once++) step(taken++)
    if (taken < steps) setTimeout(run, taken < due ? 0 : stepMilliseconds)
    else done()
  }
  run()
}
