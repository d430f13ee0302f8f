import { lenient } from './options.ts'

/** One figure of the acceptance list, and whether it was reached. */
export interface Verdict {
  readonly passed: boolean
  readonly claim: string
  readonly figure: string
  /** Whether it hangs on how fast the machine is, and how busy with something else. */
  readonly timed?: boolean
}

/**
 * Prints a line for each verdict and sets the exit code; a command without a verdict fails. With `--lenient` a timed
 * figure that was missed is told and does not count: on a machine that many share it says little of the code.
 */
export function conclude(verdicts: readonly Verdict[]): void {
  let failed = verdicts.length === 0
  for (const { passed, claim, figure, timed = false } of verdicts) {
    const told = lenient && timed
    if (!(passed || told)) failed = true
    process.stdout.write(`${passed ? 'PASS' : told ? 'MISS' : 'FAIL'}  ${claim}: ${figure}\n`)
  }
  if (verdicts.length === 0) process.stdout.write('FAIL  nothing was measured\n')
  process.exitCode = failed ? 1 : 0
}
