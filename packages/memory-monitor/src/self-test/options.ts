import { invalidOption, numberOption } from '@cultus/core'

/** Settings for {@link selfTest}. */
export interface SelfTestOptions {
  /**
   * The size of the old generation to test with, in MiB, in place of what the flags say;
   * a positive integer.
   *
   * @defaultValue that of the running process: a heap of gigabytes is really filled.
   */
  readonly oldSpaceMiB?: number
  /**
   * Time after which the child is ended and the test has failed, in milliseconds.
   *
   * @defaultValue 120_000
   */
  readonly timeout?: number
  /**
   * The flags the child is started with, after those that size the heap where
   * `oldSpaceMiB` is given.
   *
   * @defaultValue `process.execArgv`
   */
  readonly execArgv?: readonly string[]
  /** Ends the child early; the promise is rejected with the reason. */
  readonly signal?: AbortSignal
}

/** How the child is started. */
export interface ResolvedSelfTest {
  readonly flags: readonly string[]
  readonly nodeOptions: string
  readonly timeout: number
}

/**
 * Fills in defaults and refuses what cannot be meant.
 *
 * @throws CultusError `CULTUS_INVALID_OPTION`
 */
export function resolveSelfTest(
  options: SelfTestOptions,
  environment: string = process.env['NODE_OPTIONS'] ?? '',
): ResolvedSelfTest {
  const { oldSpaceMiB, execArgv = process.execArgv } = options
  const timeout = numberOption('timeout', options.timeout ?? 120_000, 1, 2 ** 31 - 1)
  if (!Array.isArray(execArgv) || execArgv.some((flag) => typeof flag !== 'string'))
    throw invalidOption('execArgv', 'be an array of strings', execArgv)
  const flags = withoutModes(execArgv)
  if (oldSpaceMiB === undefined) return { flags, nodeOptions: environment, timeout }
  if (!Number.isSafeInteger(oldSpaceMiB) || oldSpaceMiB < 1)
    throw invalidOption('oldSpaceMiB', 'be a positive integer', oldSpaceMiB)
  return {
    flags: [...withoutPercentage(flags), `--max-old-space-size=${oldSpaceMiB}`],
    // Wherever it stands, a percentage wins over a size.
    nodeOptions: environment.replaceAll(percentageWord, '').trim(),
    timeout,
  }
}

const percentageName = '--max[-_]old[-_]space[-_]size[-_]percentage'
const percentageFlag = new RegExp(`^${percentageName}(=|$)`)
const percentageWord = new RegExp(`(?<=^|\\s)"?${percentageName}(?:=|\\s+)[^\\s"]*"?`, 'g')

/** Flags that make Node.js run something else, or that two processes cannot share. */
const modes = /^(?:-[ci]$|--(?:inspect|watch|test|check$|interactive$|input-type|run))/
/** The same, with a value that stands next. */
const modesWithValue = /^(?:-e|--eval|-p|--print|-pe)$/

/** The flags as far as they say how to run, not what. */
function withoutModes(execArgv: readonly string[]): readonly string[] {
  return without(execArgv, (flag) => {
    if (modesWithValue.test(flag)) return 2
    return modes.test(flag) ? 1 : 0
  })
}

function withoutPercentage(flags: readonly string[]): readonly string[] {
  return without(flags, (flag) => {
    if (!percentageFlag.test(flag)) return 0
    return flag.includes('=') ? 1 : 2
  })
}

/** The words but for those that `taken` says to leave out, from each word on. */
function without(words: readonly string[], taken: (word: string) => 0 | 1 | 2): readonly string[] {
  const kept: string[] = []
  for (let index = 0; index < words.length; ) {
    const word = words[index] ?? ''
    const left = taken(word)
    if (left === 0) kept.push(word)
    index += Math.max(1, left)
  }
  return kept
}
