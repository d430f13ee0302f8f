import { parseArgs } from 'node:util'
import { isCultusError } from '@cultus/core'
import { heapDeathPoint } from '../death-point.ts'
import { selfTest } from '../self-test/self-test.ts'
import { containerLimit } from './container-limit.ts'
import { deathPointReport, selfTestReport } from './report.ts'

/** What a command leaves: text for each stream, and the exit code. */
export interface CommandOutcome {
  readonly stdout: string
  readonly stderr: string
  readonly code: 0 | 1 | 2
}

/** What a command may be told from outside. */
export interface CommandContext {
  /** Flags for the child of the self-test, in place of those of this process. */
  readonly execArgv?: readonly string[]
}

const usage = `Usage: cultus-memory-monitor <command> [options]

Commands:
  death-point   print where a Node.js process with these flags dies for want of memory
  self-test     fill the heap of a child process until it dies, and compare

Options:
  --old-space-size MIB  self-test: the size of the old generation; otherwise that of this process is filled
  --timeout SECONDS     self-test: give up after so long (120)
  --json                print JSON
  --help                print this text

Exit code: 0 when all is well, 1 when the self-test failed, 2 for a wrong command line.
`

/** Runs the command line; never throws and never ends the process. */
export async function main(
  words: readonly string[],
  context: CommandContext = {},
): Promise<CommandOutcome> {
  try {
    return await run(words, context)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const wrong = isCultusError(error) || isArgumentError(error)
    return {
      stdout: '',
      stderr: wrong ? `${message}\n\n${usage}` : `${message}\n`,
      code: wrong ? 2 : 1,
    }
  }
}

async function run(
  words: readonly string[],
  { execArgv }: CommandContext,
): Promise<CommandOutcome> {
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
  const [command, ...surplus] = positionals
  if (values.help) return { stdout: usage, stderr: '', code: 0 }
  if (surplus.length > 0) return wrongUsage(`unexpected argument: ${surplus.join(' ')}`)
  if (command === 'death-point') {
    const facts = { ...heapDeathPoint(), containerLimitBytes: containerLimit() }
    return {
      stdout: values.json ? json(facts) : deathPointReport(facts),
      stderr: '',
      code: 0,
    }
  }
  if (command !== 'self-test')
    return wrongUsage(command === undefined ? 'no command' : `unknown command: ${command}`)
  const { 'old-space-size': size, timeout } = values
  const result = await selfTest({
    ...(size !== undefined && { oldSpaceMiB: Number(size) }),
    ...(timeout !== undefined && { timeout: Number(timeout) * 1000 }),
    ...(execArgv !== undefined && { execArgv }),
  })
  return {
    stdout: values.json ? json(result) : selfTestReport(result),
    stderr: '',
    code: result.passed ? 0 : 1,
  }
}

function wrongUsage(message: string): CommandOutcome {
  return { stdout: '', stderr: `${message}\n\n${usage}`, code: 2 }
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

function isArgumentError(error: unknown): boolean {
  return (
    error instanceof Error &&
    String((error as { code?: unknown }).code).startsWith('ERR_PARSE_ARGS_')
  )
}
