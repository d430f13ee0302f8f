import { closeSync, fsyncSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ResolvedLoad } from './options.ts'
import { Pacer } from './pacer.ts'
import { tell } from './tell.ts'

const stepEvery = 20

/** Grows in Buffers, every page of them written to: what is only reserved kills nobody. */
export function playBuffers({ capBytes, baseShare, rateShare }: ResolvedLoad): void {
  const held: Buffer[] = []
  let heldBytes = 0
  const hold = (bytes: number): void => {
    if (bytes < 1) return
    held.push(Buffer.alloc(bytes, held.length + 1))
    heldBytes += bytes
  }
  const slice = 2 ** 20
  while (heldBytes < baseShare * capBytes) hold(slice)
  tell('phase', { phase: 'load', heldBytes })
  const pacer = new Pacer(rateShare * capBytes)
  setInterval(() => hold(Math.floor(pacer.due())), stepEvery)
}

/** Writes a file of twice the cap and reads it again and again; the page cache takes all there is. */
export function playPageCache({ capBytes }: ResolvedLoad): void {
  const path = join(tmpdir(), `cultus-page-cache-${process.pid}`)
  const file = openSync(path, 'w+')
  // Unlinked at once: whatever ends the process, the space comes back.
  rmSync(path)
  process.once('exit', () => closeSync(file))
  const block = Buffer.alloc(2 ** 20, 7)
  const size = 2 * capBytes
  let at = 0
  let written = 0
  tell('phase', { phase: 'load', heldBytes: 0 })
  setInterval(() => {
    for (let round = 0; round < 8; round++) {
      if (written < size) written += writeSync(file, block, 0, block.length, written)
      else at = (at + readSync(file, block, 0, block.length, at)) % size
    }
    // Dirty pages cannot be taken back; a real program's are written out in time.
    if (written < size) fsyncSync(file)
  }, stepEvery)
}
