import { CultusError } from '@cultus/core'
import type { TraceBuilder } from './trace-builder.ts'

/** Bytes of a record: time (4), id (8), size (4), index of the next request (8), all little-endian. */
const recordBytes = 24

/**
 * Adds the requests of libCacheSim's `oracleGeneral` records to a trace, until it is full.
 *
 * @throws CultusError `CULTUS_INVALID_ARGUMENT` where the last record is cut off
 */
export async function readOracleGeneral(
  pieces: AsyncIterable<Buffer>,
  trace: TraceBuilder,
  path: string,
): Promise<void> {
  let rest: Buffer = Buffer.alloc(0)
  let records = 0
  for await (const piece of pieces) {
    const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece])
    const whole = bytes.length - (bytes.length % recordBytes)
    for (let at = 0; at < whole && !trace.full; at += recordBytes) {
      trace.add(idAt(bytes, at + 4), bytes.readUInt32LE(at + 12))
    }
    records += whole / recordBytes
    rest = bytes.subarray(whole)
    if (trace.full) return
  }
  if (rest.length > 0) {
    throw new CultusError(
      'CULTUS_INVALID_ARGUMENT',
      `\`record ${records + 1} of ${path}\` must be ${recordBytes} bytes long, got ${rest.length}`,
    )
  }
}

/** A number where it is exact, else the digits. */
function idAt(bytes: Buffer, at: number): number | string {
  const id = bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) * 2 ** 32
  return Number.isSafeInteger(id) ? id : `${bytes.readBigUInt64LE(at)}`
}
