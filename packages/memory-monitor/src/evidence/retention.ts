/** A file that counts against the bounds. */
export interface StoredFile {
  readonly name: string
  readonly bytes: number
  /** When its collection began, in milliseconds since 1970. */
  readonly at: number
  /** Whether it belongs to the collection that is being made: such a file is never removed. */
  readonly current: boolean
}

/** What has to go so that one more file is inside the bounds. */
export interface Retention {
  /** Names, oldest first. */
  readonly remove: readonly string[]
  /** Why there is no room even then; nothing is to be removed in that case. */
  readonly refusal: string | undefined
  /** The most bytes that the new file may have. */
  readonly roomBytes: number
}

/** Decides which of the oldest files make room for one more of about `incomingBytes`; pure. */
export function makeRoom(
  files: readonly StoredFile[],
  incomingBytes: number,
  { maxFiles, maxBytes }: { readonly maxFiles: number; readonly maxBytes: number },
): Retention {
  const oldest = files
    .filter((file) => !file.current)
    .sort((one, other) => one.at - other.at || (one.name < other.name ? -1 : 1))
  let count = files.length
  let bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  const remove: string[] = []
  for (const file of oldest) {
    if (count < maxFiles && bytes + incomingBytes <= maxBytes) break
    remove.push(file.name)
    count--
    bytes -= file.bytes
  }
  const refusal =
    count >= maxFiles
      ? `\`maxFiles\` (${maxFiles}) leaves no room beside the files of this collection`
      : bytes + incomingBytes > maxBytes
        ? `about ${incomingBytes} bytes would pass \`maxBytes\` (${maxBytes})`
        : undefined
  return {
    remove: refusal === undefined ? remove : [],
    refusal,
    roomBytes: Math.max(0, maxBytes - bytes),
  }
}
