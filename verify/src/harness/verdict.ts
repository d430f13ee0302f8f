/** One figure of the acceptance list, and whether it was reached. */
export interface Verdict {
  readonly passed: boolean
  readonly claim: string
  readonly figure: string
}

/** Prints a line for each verdict and sets the exit code; a command without a verdict fails. */
export function conclude(verdicts: readonly Verdict[]): void {
  for (const { passed, claim, figure } of verdicts)
    process.stdout.write(`${passed ? 'PASS' : 'FAIL'}  ${claim}: ${figure}\n`)
  if (verdicts.length === 0) process.stdout.write('FAIL  nothing was measured\n')
  process.exitCode = verdicts.length > 0 && verdicts.every(({ passed }) => passed) ? 0 : 1
}
