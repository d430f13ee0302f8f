/** What a load does; W1 to W8 are the names of the workloads that monitors are judged by. */
type LoadKind =
  /** Grows by a share of the cap every second until it dies, over churn (W2). */
  | 'leak'
  /** Grows from nothing, without churn, until it dies. */
  | 'fill'
  /** Holds a share of the cap over churn: healthy (W1). */
  | 'sawtooth'
  /** Fills to a share, lets go of everything and idles (W4). */
  | 'fill-and-clear'
  /** Reads and writes a large file again and again: healthy (W5). */
  | 'page-cache'
  /** Grows to a plateau over churn, and stays: healthy (W7). */
  | 'warm-up'
  /** Grows outside the heap, in Buffers, until it is killed (W8). */
  | 'buffers'

/** One load; shares are of `capBytes`, rates are per second. */
export interface LoadOptions {
  readonly kind: LoadKind
  /** What ends the process: the cap of the old generation, or the limit of its control group. */
  readonly capBytes: number
  /** The share that is live before the load proper begins. */
  readonly baseShare?: number
  /** How fast it grows. */
  readonly rateShare?: number
  /** The share it grows to, where it does not grow to its death. */
  readonly plateauShare?: number
  /** Bytes that are allocated and soon dropped. */
  readonly churnRate?: number
  /** The share that the churn keeps for a while: a ring whose blocks are promoted and then die. */
  readonly ringShare?: number
  readonly seed?: number
  /** Bytes a second that are allocated and dropped after a full heap was cleared: a trickle of requests. */
  readonly idleRate?: number
  /** Milliseconds from the clearing of a full heap to a garbage collection, where `--expose-gc` allows one. */
  readonly collectAfter?: number
  /** Milliseconds after which a load that does not die ends. */
  readonly duration?: number
}

/** What {@link startLoad} makes of it. */
export interface ResolvedLoad extends Required<Omit<LoadOptions, 'collectAfter'>> {
  readonly collectAfter: number | undefined
}

export function resolveLoad(options: LoadOptions): ResolvedLoad {
  const { kind, capBytes, baseShare = 0, rateShare = 0.05, plateauShare = 0.9 } = options
  const { churnRate = 0, ringShare = 0.1, seed = 1, collectAfter, idleRate = 0 } = options
  const { duration = 60_000 } = options
  return {
    kind,
    capBytes,
    baseShare,
    rateShare,
    plateauShare,
    churnRate,
    ringShare,
    seed,
    collectAfter,
    idleRate,
    duration,
  }
}
