import type { Buffer } from 'node:buffer'
import { readFileSync, writeFileSync } from 'node:fs'
import { constants, gunzipSync, gzipSync } from 'node:zlib'
import { CultusError } from '@cultus/core'
import { formatTrace, parseTrace } from './format.ts'
import type { Trace } from './trace.ts'

/**
 * Reads a trace from a file; one whose name ends in `.gz` is unpacked, as far as it goes
 * where it is cut off.
 *
 * @throws CultusError `CULTUS_INVALID_ARGUMENT` for a file that holds no trace.
 * @throws the error of the file system when it cannot be read.
 */
export function readTrace(path: string | URL): Trace {
  const content = readFileSync(path)
  const unpacked = String(path).endsWith('.gz') ? unpack(content, path) : content
  return parseTrace(unpacked.toString('utf8'))
}

function unpack(content: Buffer, path: string | URL): Buffer {
  try {
    // Without this flush a file that is cut off would be refused as a whole.
    return gunzipSync(content, { finishFlush: constants.Z_SYNC_FLUSH })
  } catch (cause) {
    const message = `\`path\` must name a file that can be unpacked, got ${JSON.stringify(String(path))}`
    throw new CultusError('CULTUS_INVALID_ARGUMENT', message, { cause })
  }
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
