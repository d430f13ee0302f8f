/** Where a flag was given: on the command line, or in the environment. */
type FlagOrigin = 'flag' | 'NODE_OPTIONS'

/** The V8 flags that set the size of the heap, as this process was started with them. */
export interface HeapFlags {
  /** The last `--max-old-space-size`, in bytes. */
  readonly oldSpace?: { readonly bytes: number; readonly origin: FlagOrigin }
  /** Where the last `--max-old-space-size-percentage` was; Node lets it win over a size. */
  readonly percentage?: FlagOrigin
  /** The last `--max-semi-space-size`, in bytes. */
  readonly semiSpace?: number
  /** The last `--max-heap-size`, in bytes: of the old generation and the young one together. */
  readonly heap?: number
  /**
   * Whether `--optimize-for-size` or `--lite-mode` holds the semi-space to its
   * least, over all sizes.
   */
  readonly compact?: boolean
}

const mebibyte = 2 ** 20

/**
 * Reads the heap flags as Node does: the environment first, the command line over it, the
 * last of each wins.
 *
 * Dashes and underscores are one, a value follows `=` or stands next; what V8 would not take for a
 * positive number counts as not given.
 */
export function readHeapFlags(execArgv: readonly string[], nodeOptions = ''): HeapFlags {
  let flags: HeapFlags = {}
  const given = [
    ['NODE_OPTIONS', splitNodeOptions(nodeOptions)],
    ['flag', execArgv],
  ] as const
  for (const [origin, words] of given) {
    for (const [index, word] of words.entries()) flags = take(flags, origin, word, words[index + 1])
  }
  return flags
}

function take(
  flags: HeapFlags,
  origin: FlagOrigin,
  word: string,
  next: string | undefined,
): HeapFlags {
  if (!word.startsWith('--')) return flags
  const equals = word.indexOf('=')
  const name = (equals < 0 ? word : word.slice(0, equals)).slice(2).replaceAll('_', '-')
  if (name === 'optimize-for-size' || name === 'lite-mode') return { ...flags, compact: true }
  const value = Number((equals < 0 ? next : word.slice(equals + 1)) || Number.NaN)
  if (!(value > 0) || !Number.isFinite(value)) return flags
  if (name === 'max-old-space-size')
    return { ...flags, oldSpace: { bytes: value * mebibyte, origin } }
  if (name === 'max-old-space-size-percentage') return { ...flags, percentage: origin }
  if (name === 'max-semi-space-size') return { ...flags, semiSpace: value * mebibyte }
  if (name === 'max-heap-size') return { ...flags, heap: value * mebibyte }
  return flags
}

/** The words of `NODE_OPTIONS`: split at spaces outside double quotes, `\` escapes inside them. */
export function splitNodeOptions(text: string): readonly string[] {
  const words: string[] = []
  let word = ''
  let quoted = false
  for (let index = 0; index < text.length; index++) {
    let character = text.charAt(index)
    if (character === '"') {
      quoted = !quoted
      continue
    }
    if (character === ' ' && !quoted) {
      words.push(word)
      word = ''
      continue
    }
    if (character === '\\' && quoted) character = text.charAt(++index)
    word += character
  }
  words.push(word)
  return words.filter((each) => each !== '')
}
