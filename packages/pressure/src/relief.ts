import type { Clock, PressureSample, ReliefEvent } from '@cultus/core'

/** What a relief meter needs from who runs it. */
export interface ReliefMeterOptions {
  readonly clock: Clock
  readonly onRelief: (relief: ReliefEvent, byConsumer: ReadonlyMap<string, number>) => void
}

interface Measurement {
  readonly source: string
  readonly before: number
  readonly claims: Map<string, number>
  endedAt: number | undefined
}

/** After this long, in milliseconds, what the heap shows says more about the traffic than about the release. */
const longestWait = 60_000

/**
 * Measures what a release brought back: live bytes as last confirmed before it, less those first confirmed
 * after it, both as the same source samples them.
 */
export class ReliefMeter {
  readonly #clock: Clock
  readonly #onRelief: ReliefMeterOptions['onRelief']
  #latest: { readonly source: string; readonly live: number } | undefined
  #open: Measurement | undefined

  constructor({ clock, onRelief }: ReliefMeterOptions) {
    this.#clock = clock
    this.#onRelief = onRelief
  }

  /** A release begins. One that follows before the last was measured is measured with it. */
  begin(): void {
    if (this.#open !== undefined && !this.#isLate(this.#open)) this.#open.endedAt = undefined
    else if (this.#latest !== undefined) {
      const { source, live } = this.#latest
      this.#open = { source, before: live, claims: new Map(), endedAt: undefined }
    }
  }

  /** A consumer was asked to release, or says that it released `bytes`. */
  claim(label: string, bytes = 0): void {
    const claims = this.#open?.claims
    claims?.set(label, (claims.get(label) ?? 0) + bytes)
  }

  /** The release is over. */
  end(): void {
    if (this.#open !== undefined) this.#open.endedAt = this.#clock.now()
  }

  /** Takes in a sample of the bus. */
  sample({ source, confidence, bytes }: PressureSample): void {
    const live = bytes['live']
    if (confidence !== 'confirmed' || live === undefined || !Number.isFinite(live)) return
    this.#latest = { source, live }
    const open = this.#open
    if (open === undefined || open.source !== source || open.endedAt === undefined) return
    this.#open = undefined
    if (!this.#isLate(open) && open.claims.size > 0) this.#report(open, open.before - live)
  }

  /** Forgets what is being measured. */
  cancel(): void {
    this.#open = undefined
  }

  #isLate({ endedAt }: Measurement): boolean {
    return endedAt !== undefined && this.#clock.now() - endedAt > longestWait
  }

  #report({ claims }: Measurement, measuredBytes: number): void {
    const claimedBytes = [...claims.values()].reduce((sum, bytes) => sum + bytes, 0)
    this.#onRelief(
      { consumers: [...claims.keys()], claimedBytes, measuredBytes, at: this.#clock.date() },
      reliefByConsumer(claims, measuredBytes),
    )
  }
}

/** Splits what came back among the consumers in proportion to what each says it released. */
export function reliefByConsumer(
  claims: ReadonlyMap<string, number>,
  measuredBytes: number,
): ReadonlyMap<string, number> {
  const claimed = [...claims.values()].reduce((sum, bytes) => sum + bytes, 0)
  const share = claimed > 0 ? Math.max(0, measuredBytes) / claimed : 0
  return new Map([...claims].map(([label, bytes]) => [label, bytes * share]))
}
