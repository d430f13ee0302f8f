import type { NodeLine } from '../harness/node-versions.ts'
import { seededRandom } from '../harness/random.ts'
import type { LoadOptions } from '../workload/options.ts'

const mebibyte = 2 ** 20

/** One process to be driven to its death. */
export interface Run {
  /** What distinguishes it from every other. */
  readonly key: string
  /** What it is counted with. */
  readonly cell: string
  /** What ends it: V8, or the limit of a control group. */
  readonly where: 'heap' | 'container'
  readonly line: NodeLine
  readonly capMiB: number
  readonly rateShare: number
  readonly load: LoadOptions
  /** The least seconds before death at which `critical` must be up. */
  readonly needed: number
}

/** Enough of a base to leave the lead time all the room it needs and no run longer than it need be. */
const heapBase = 0.4
const containerBase = 0.3
/** Allocation beside the leak, in MB a second. */
const churn = { least: 20, most: 40 }
const ringShare = 0.1

const rates = [0.01, 0.02, 0.05] as const

/** The seconds of lead that the rate leaves room for. */
function neededAt(rateShare: number): number {
  return rateShare > 0.02 ? 2 : 5
}

/** Every run of the acceptance list, or a seeded subset of them. */
export function plan(quick: boolean, seed: number): readonly Run[] {
  const random = seededRandom(seed)
  const lines = ['20', '24'] as const
  const heapCaps = quick ? [64, 128] : [64, 128, 256, 512]
  const containerCaps = quick ? [256] : [256, 512]
  // In a quick run the slow leaks, which take minutes, are left out.
  const chosen = quick ? rates.slice(2) : rates
  const repeats = quick ? 1 : 10
  const runs: Run[] = []
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const line of lines) {
      for (const capMiB of heapCaps)
        for (const rateShare of chosen)
          runs.push(heapRun(line, capMiB, rateShare, repeat, seed, random()))
      for (const capMiB of containerCaps)
        for (const rateShare of chosen)
          runs.push(containerRun(line, capMiB, rateShare, repeat, seed))
    }
  }
  return runs
}

function heapRun(
  line: NodeLine,
  capMiB: number,
  rateShare: number,
  repeat: number,
  seed: number,
  drawn: number,
): Run {
  const churnRate = (churn.least + drawn * (churn.most - churn.least)) * 1_000_000
  const cell = `Node ${line} heap ${capMiB} MiB ${100 * rateShare} %/s`
  return {
    key: `${cell} seed ${seed} #${repeat}`,
    cell,
    where: 'heap',
    line,
    capMiB,
    rateShare,
    needed: neededAt(rateShare),
    load: {
      kind: 'leak',
      capBytes: capMiB * mebibyte,
      baseShare: heapBase,
      rateShare,
      churnRate,
      ringShare,
      seed: seed * 1_000 + repeat,
      duration: 600_000,
    },
  }
}

function containerRun(
  line: NodeLine,
  capMiB: number,
  rateShare: number,
  repeat: number,
  seed: number,
): Run {
  const cell = `Node ${line} container ${capMiB} MiB ${100 * rateShare} %/s`
  return {
    key: `${cell} seed ${seed} #${repeat}`,
    cell,
    where: 'container',
    line,
    capMiB,
    rateShare,
    needed: neededAt(rateShare),
    load: {
      kind: 'buffers',
      capBytes: capMiB * mebibyte,
      baseShare: containerBase,
      rateShare,
      seed: seed * 1_000 + repeat,
      duration: 600_000,
    },
  }
}

/** The longest that growth can take to the cap at its rate, in seconds; what takes longer has fallen behind. */
export function longestGrowth({ where, rateShare }: Run): number {
  const room = 1 - (where === 'heap' ? heapBase + ringShare : containerBase)
  return (1.15 * room) / rateShare + 1
}

/** About how long a run takes. */
export function expectedSeconds({ where, rateShare }: Run): number {
  const settled = where === 'heap' ? 5 : 1
  const toGrow = 1 - (where === 'heap' ? heapBase + ringShare : containerBase + 0.15)
  return settled + toGrow / rateShare
}
