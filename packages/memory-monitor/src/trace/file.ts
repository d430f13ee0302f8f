import { readFileSync, writeFileSync } from 'node:fs'
import { constants, gunzipSync, gzipSync } from 'node:zlib'
import { formatTrace, parseTrace } from './format.ts'
import type { Trace } from './trace.ts'

/**
 * Reads a trace from a file; one whose name ends in `.gz` is unpacked, as far as it goes where it is cut off.
 *
 * @throws CultusError `CULTUS_INVALID_ARGUMENT` for a file that holds no trace.
 * @throws the error of the file system when it cannot be read.
 */
export function readTrace(path: string | URL): Trace {
  const content = readFileSync(path)
  const packed = String(path).endsWith('.gz')
  // Without this flush a file that is cut off would be refused as a whole.
  const unpacked = packed ? gunzipSync(content, { finishFlush: constants.Z_SYNC_FLUSH }) : content
  return parseTrace(unpacked.toString('utf8'))
}

/**
 * Writes a trace to a file, packed where the name ends in `.gz`.
 *
 * @throws the error of the file system when it cannot be written.
 */
export function writeTrace(path: string | URL, trace: Trace): void {
  const text = formatTrace(trace)
  writeFileSync(path, String(path).endsWith('.gz') ? gzipSync(text, { level: 9 }) : text)
}
