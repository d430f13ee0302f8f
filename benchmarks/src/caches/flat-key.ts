/** A flat string of 21 characters: a concatenated one would cost twice its bytes. */
export function flatKey(index: number): string {
  return flatCopy(`user:${`${index}`.padStart(16, '0')}`)
}

/** Another flat string of the same characters, whose hash is not known yet. */
export function flatCopy(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1')
}

/** The keys of the indexes below `count`. */
export function flatKeys(count: number): string[] {
  return Array.from({ length: count }, (_, index) => flatKey(index))
}
