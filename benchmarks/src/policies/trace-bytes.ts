import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { createGunzip } from 'node:zlib'
import { CultusError } from '@cultus/core'

/** What detection looks at, and the longest a line may be. */
const headBytes = 65_536

/**
 * The bytes of a file in pieces, decompressed if it begins like a gzip file.
 *
 * @throws CultusError `CULTUS_INVALID_ARGUMENT` for what is missing, damaged or compressed otherwise
 */
export async function* bytesOf(path: string): AsyncGenerator<Buffer> {
  const gzip = await isGzip(path)
  const source = createReadStream(path)
  const stream = gzip ? source.pipe(createGunzip()) : source
  if (stream !== source) source.on('error', (error) => stream.destroy(error))
  try {
    for await (const piece of stream) yield piece as Buffer
  } catch (cause) {
    throw unreadable(path, cause)
  } finally {
    source.destroy()
  }
}

/** The first bytes of a file, decompressed. */
export async function headOf(path: string): Promise<Buffer> {
  const pieces: Buffer[] = []
  let length = 0
  for await (const piece of bytesOf(path)) {
    pieces.push(piece)
    length += piece.length
    if (length >= headBytes) break
  }
  return Buffer.concat(pieces).subarray(0, headBytes)
}

/**
 * The lines of a file in batches, read as Latin-1, in which every byte is a character.
 *
 * @throws CultusError `CULTUS_INVALID_ARGUMENT` as {@link bytesOf}, and for a line of more than 64 KiB
 */
export async function* linesOf(path: string): AsyncGenerator<readonly string[]> {
  let rest = ''
  let count = 0
  for await (const piece of bytesOf(path)) {
    const lines = (rest + piece.toString('latin1')).split('\n')
    rest = lines.pop() ?? ''
    count += lines.length
    if (rest.length > headBytes) {
      throw new CultusError(
        'CULTUS_INVALID_ARGUMENT',
        `\`line ${count + 1} of ${path}\` must be at most ${headBytes} characters long: is it text?`,
      )
    }
    yield lines
  }
  if (rest !== '') yield [rest]
}

async function isGzip(path: string): Promise<boolean> {
  try {
    await using file = await open(path)
    const { buffer } = await file.read({ buffer: Buffer.alloc(4) })
    const magic = buffer.toString('hex')
    if (magic === '28b52ffd') throw new Error('a zstd file: decompress it first')
    return magic.startsWith('1f8b')
  } catch (cause) {
    throw unreadable(path, cause)
  }
}

function unreadable(path: string, cause: unknown): CultusError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new CultusError(
    'CULTUS_INVALID_ARGUMENT',
    `\`${path}\` must be a readable file, plain or gzip'd, got: ${reason}`,
    { cause },
  )
}
