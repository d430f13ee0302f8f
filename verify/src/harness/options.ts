import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'

/** What every command takes. */
export interface CommandOptions {
  /** A seeded subset that is short enough for every change. */
  readonly quick: boolean
  readonly seed: number
  /** How many processes are measured at once. */
  readonly jobs: number
  /** Where results are appended, one JSON line a run. */
  readonly out: string | undefined
  /** Whether runs that `out` already holds are left out. */
  readonly resume: boolean
}

const usage = `Options:
  --quick       a seeded subset
  --seed N      what the draws start from (1)
  --jobs N      how many processes at once
  --out FILE    append results, one JSON line a run
  --resume      leave out the runs that FILE already holds
  --lenient     tell timed figures that are missed, and do not fail by them
  --help        this text
`

/** Whether `--lenient` was given. */
export const lenient: boolean = process.argv.includes('--lenient')

/** Reads the command line; ends the process for `--help`, and with a message for what it does not know. */
export function readOptions(defaults: { readonly jobs?: number } = {}): CommandOptions {
  try {
    const { values } = parseArgs({
      options: {
        quick: { type: 'boolean', default: false },
        seed: { type: 'string', default: '1' },
        jobs: { type: 'string', default: `${defaults.jobs ?? availableParallelism()}` },
        out: { type: 'string' },
        resume: { type: 'boolean', default: false },
        lenient: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
      // `pnpm verify:x -- --quick` hands the dashes on.
      args: process.argv.slice(2).filter((word) => word !== '--'),
    })
    if (values.help) {
      process.stdout.write(usage)
      process.exit(0)
    }
    const { quick, resume, out } = values
    const seed = whole('seed', values.seed, 0)
    const jobs = whole('jobs', values.jobs, 1)
    if (resume && out === undefined) throw new TypeError('`--resume` needs `--out`')
    return { quick, seed, jobs, out, resume }
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n\n${usage}`)
    process.exit(2)
  }
}

function whole(name: string, text: string, least: number): number {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= least) return value
  throw new TypeError(`\`--${name}\` must be a whole number of at least ${least}, got ${text}`)
}

/** Says on stderr how far a command has come. */
export function progress(text: string): void {
  process.stderr.write(`${text}\n`)
}
