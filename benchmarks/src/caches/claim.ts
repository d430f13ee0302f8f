/** A claim that was checked. */
export interface Verdict {
  readonly claim: string
  /** What it was checked against. */
  readonly figure: string
  readonly passed: boolean
  /** Whether it hangs on how fast the machine is, and how busy with something else. */
  readonly timed: boolean
}

/** How strictly a command holds to its claims. */
interface Strictness {
  readonly quick: boolean
  readonly lenient: boolean
}

/** Whether a claim that is missed makes the command fail: timings of a quick run say too little for that. */
function isHeldTo({ timed }: Verdict, { quick, lenient }: Strictness): boolean {
  return !lenient && !(quick && timed)
}

/** One line for each claim. */
export function verdictLines(
  verdicts: readonly Verdict[],
  strictness: Strictness,
): readonly string[] {
  return verdicts.map((verdict) => {
    const word = verdict.passed ? 'PASS' : isHeldTo(verdict, strictness) ? 'FAIL' : 'MISS'
    return `${word}  ${verdict.claim}: ${verdict.figure}`
  })
}

/** Whether every claim that counts holds. */
export function allHold(verdicts: readonly Verdict[], strictness: Strictness): boolean {
  return verdicts.every((verdict) => verdict.passed || !isHeldTo(verdict, strictness))
}
