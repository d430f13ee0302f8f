import { heapDeathPoint } from '../death-point.ts'
import { selfTest } from '../self-test/self-test.ts'
import { readCommand } from './command.ts'
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
  --old-space-size MIB  self-test: the size of the old generation (that of this process)
  --timeout SECONDS     self-test: give up after so long (120)
  --json                print JSON
  --help                print this text

Exit code: 0 when all is well, 1 when the self-test failed or could not be made, 2 for a
wrong command line.
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
    return { stdout: '', stderr: `${message}\n`, code: 1 }
  }
}

async function run(
  words: readonly string[],
  { execArgv }: CommandContext,
): Promise<CommandOutcome> {
  const command = readCommand(words)
  switch (command.name) {
    case 'help':
      return { stdout: usage, stderr: '', code: 0 }
    case 'wrong':
      return { stdout: '', stderr: `${command.message}\n\n${usage}`, code: 2 }
    case 'death-point': {
      const facts = { ...heapDeathPoint(), containerLimitBytes: containerLimit() }
      return { stdout: command.json ? json(facts) : deathPointReport(facts), stderr: '', code: 0 }
    }
    case 'self-test': {
      const result = await selfTest({ ...command.options, ...(execArgv && { execArgv }) })
      const stdout = command.json ? json(result) : selfTestReport(result)
      return { stdout, stderr: '', code: result.passed ? 0 : 1 }
    }
  }
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
