/** The stable name of each error; messages may be reworded in a patch release, codes may not. */
export type CultusErrorCode =
  | 'CULTUS_INVALID_OPTION'
  | 'CULTUS_INVALID_ARGUMENT'
  | 'CULTUS_SEAT_TAKEN'

/** An error thrown on purpose by a Cultus package. */
export class CultusError extends Error {
  override readonly name = 'CultusError'
  readonly code: CultusErrorCode

  constructor(code: CultusErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/**
 * Whether a value is a {@link CultusError} of any installed copy of this package.
 *
 * `instanceof` fails across two copies; this does not.
 */
export function isCultusError(value: unknown): value is CultusError {
  return (
    value instanceof Error &&
    value.name === 'CultusError' &&
    String((value as Partial<CultusError>).code).startsWith('CULTUS_')
  )
}

/** A value as an error message shows it: short, and with its type where that helps. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 80))
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'object' && value !== null)
    return Array.isArray(value) ? 'an array' : 'an object'
  return String(value)
}

/** The error for an option that is not what it must be; `must` continues the sentence "`name` must …". */
export function invalidOption(name: string, must: string, value: unknown): CultusError {
  return new CultusError('CULTUS_INVALID_OPTION', `\`${name}\` must ${must}, got ${shown(value)}`)
}

/** The error for an argument that is not what it must be; `must` continues the sentence "`name` must …". */
export function invalidArgument(name: string, must: string, value: unknown): CultusError {
  return new CultusError('CULTUS_INVALID_ARGUMENT', `\`${name}\` must ${must}, got ${shown(value)}`)
}

/** Returns a finite number inside `[min, max]`, or throws `CULTUS_INVALID_OPTION`. */
export function numberOption(name: string, value: unknown, min: number, max: number): number {
  if (typeof value === 'number' && value >= min && value <= max && Number.isFinite(value))
    return value
  throw invalidOption(name, `be a number from ${min} to ${max}`, value)
}
