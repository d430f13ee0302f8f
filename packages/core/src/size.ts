import { invalidOption } from './errors.ts'

/** A number of bytes, or a text such as `'64MiB'`, `'1.5GB'`, `'512 kB'`. */
export type ByteSize = number | string

const units: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
}

/**
 * The number of bytes that a size stands for, rounded to a whole one.
 *
 * Units are those of IEC 80000-13: `kB MB GB TB` are powers of 1000, `KiB MiB GiB TiB` powers of 1024;
 * case and one space before the unit do not matter. A bare number in a text is bytes.
 *
 * @throws CultusError `CULTUS_INVALID_OPTION` for anything else, zero and negative sizes included;
 * `name` is the option the message speaks of.
 */
export function parseBytes(size: ByteSize, name = 'size'): number {
  let bytes = Number.NaN
  if (typeof size === 'number') bytes = size
  else if (typeof size === 'string') {
    const match = /^(\d+(?:\.\d+)?) ?([a-z]*)$/i.exec(size)
    bytes = Number(match?.[1]) * (units[match?.[2]?.toLowerCase() || 'b'] ?? Number.NaN)
  }
  bytes = Math.round(bytes)
  if (!(bytes >= 1) || !Number.isSafeInteger(bytes)) {
    throw invalidOption(name, "be a positive number of bytes or a size such as '64MiB'", size)
  }
  return bytes
}
