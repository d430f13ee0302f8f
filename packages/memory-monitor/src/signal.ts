/** What decides how close the process is to its end. */
export type SignalName = 'heap' | 'container' | 'process' | 'forecast'

/** One signal: where its used share of a death point lies now. */
export interface Signal {
  readonly name: SignalName
  /** The share as last confirmed, or the best estimate where nothing was. */
  readonly ratio: number
  /** The least it can be: what a level rises on. */
  readonly lower: number
  /** The most it can be: what a level falls on. */
  readonly upper: number
  readonly confidence: 'confirmed' | 'estimated'
  /** Set where nothing else bears `upper` out: it then holds no level above `warning`. */
  readonly uncorroborated?: boolean
  /** The signal whose growth a forecast is of. */
  readonly of?: Exclude<SignalName, 'forecast'>
  /** One sentence for people. */
  readonly reason: string
}

/** A number of bytes for people: `62.1 MiB`. */
export function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`
}
