import { parseArgs } from 'node:util'
import { invalidOption } from '@cultus/core'
import type { SelfTestOptions } from '../self-test/options.ts'

/** What a command line asks for. */
export type Command =
  | { readonly name: 'help' }
  | { readonly name: 'death-point'; readonly json: boolean }
  | { readonly name: 'self-test'; readonly json: boolean; readonly options: SelfTestOptions }
  /** Nothing that can be done, and why not. */
  | { readonly name: 'wrong'; readonly message: string }

/** The longest that a timer waits, in whole seconds. */
const longestTimeout = Math.floor((2 ** 31 - 1) / 1_000)

/** Reads a command line; never throws. */
export function readCommand(words: readonly string[]): Command {
  try {
    return read(words)
  } catch (error) {
    return wrong(error instanceof Error ? error.message : String(error))
  }
}

function read(words: readonly string[]): Command {
  const { values, positionals } = parseArgs({
    args: [...words],
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
      'old-space-size': { type: 'string' },
      timeout: { type: 'string' },
    },
  })
  const { json, help, 'old-space-size': size, timeout } = values
  const [name, ...surplus] = positionals
  if (help) return { name: 'help' }
  if (surplus.length > 0) return wrong(`unexpected argument: ${surplus.join(' ')}`)
  if (name === 'self-test') return { name, json, options: selfTestOptions(size, timeout) }
  if (name !== 'death-point')
    return wrong(name === undefined ? 'no command' : `unknown command: ${name}`)
  if (size !== undefined) return wrong('`--old-space-size` is an option of self-test')
  if (timeout !== undefined) return wrong('`--timeout` is an option of self-test')
  return { name, json }
}

/**
 * The settings that some words mean; messages name what was typed, in the unit it was typed in.
 *
 * @throws CultusError `CULTUS_INVALID_OPTION`
 */
function selfTestOptions(size: string | undefined, timeout: string | undefined): SelfTestOptions {
  const oldSpaceMiB = Number(size)
  if (size !== undefined && !(Number.isSafeInteger(oldSpaceMiB) && oldSpaceMiB >= 1))
    throw invalidOption('--old-space-size', 'be a positive integer', size)
  const seconds = Number(timeout)
  if (timeout !== undefined && !(seconds > 0 && seconds <= longestTimeout)) {
    const must = `be a number of seconds, more than 0 and at most ${longestTimeout}`
    throw invalidOption('--timeout', must, timeout)
  }
  return {
    ...(size !== undefined && { oldSpaceMiB }),
    // What is less than a millisecond is one.
    ...(timeout !== undefined && { timeout: Math.max(1, seconds * 1_000) }),
  }
}

function wrong(message: string): Command {
  return { name: 'wrong', message }
}
