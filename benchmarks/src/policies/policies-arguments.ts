import { parseArgs } from 'node:util'
import { CultusError } from '@cultus/core'

/** The words of the command: what each takes, and what it is about. */
const words = {
  trace: {
    type: 'string',
    multiple: true,
    takes: 'TRACE',
    about:
      'a file, a folder, a pattern, or one that is generated: zipf, scan, loop, shift, mix, costs',
  },
  format: { type: 'string', takes: 'NAME', about: 'how files hold traces, where a guess is wrong' },
  columns: { type: 'string', takes: 'LIST', about: 'the columns of CSV files' },
  limit: { type: 'string', takes: 'N', about: 'read no more requests of a trace than that' },
  policies: { type: 'string', multiple: true, takes: 'LIST', about: 'what to measure, by name' },
  subject: { type: 'string', multiple: true, takes: 'MODULE', about: 'a cache of your own' },
  sizes: {
    type: 'string',
    takes: 'LIST',
    about: 'shares of the keys or numbers of entries, such as 1%,512 (0.1%,1%,10%)',
  },
  points: {
    type: 'string',
    takes: 'FILE',
    about: 'a table of traces and their sizes in entries, instead of --sizes',
  },
  least: { type: 'string', takes: 'N', about: 'leave out sizes with room for fewer entries' },
  bytes: { type: 'boolean', about: 'bound bytes; sizes are shares of them, or such as 64MiB' },
  costs: { type: 'boolean', about: 'tell what loading costs, and show what was saved of it' },
  keys: { type: 'string', takes: 'KIND', about: 'what keys are: number or string (number)' },
  seed: { type: 'string', takes: 'N', about: 'what the draws start from (1)' },
  seeds: {
    type: 'string',
    takes: 'N',
    about: 'means of so many runs, for what depends on chance (1)',
  },
  assert: { type: 'string', multiple: true, takes: 'CLAIM', about: 'fail where it does not hold' },
  out: { type: 'string', takes: 'FOLDER', about: 'write the page, its figures and plots there' },
  quick: { type: 'boolean', about: 'short for --limit 100000' },
  help: { type: 'boolean', about: 'this text' },
} as const satisfies Readonly<Record<string, Word>>

interface Word {
  readonly type: 'string' | 'boolean'
  readonly multiple?: true
  readonly takes?: string
  readonly about: string
}

/** What the command says of itself. */
export function policiesHelp(): string {
  const lines = Object.entries<Word>(words).map(([name, { takes, about, multiple }]) => {
    const word = takes === undefined ? `--${name}` : `--${name} ${takes}`
    return `  ${word.padEnd(18)}${about}${multiple ? '; may be repeated' : ''}`
  })
  const head =
    'Hit ratios of cache policies over traces: pnpm bench policies --trace TRACE [options]'
  return [head, '', ...lines].join('\n')
}

/**
 * The values of the words in the arguments of the command, as texts.
 *
 * @throws CultusError `CULTUS_INVALID_OPTION` for other words
 */
export function policiesArguments(args: readonly string[]): ReturnType<typeof parse> {
  try {
    return parse(args)
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new CultusError('CULTUS_INVALID_OPTION', message, { cause })
  }
}

function parse(args: readonly string[]) {
  return parseArgs({ args: [...args], allowPositionals: true, options: words })
}
