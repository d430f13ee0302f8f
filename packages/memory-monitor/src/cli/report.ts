import type { HeapDeathPoint } from '../death-point.ts'
import type { SelfTestDeath, SelfTestResult } from '../self-test/result.ts'

/** What the command `death-point` tells. */
export interface DeathPointFacts extends HeapDeathPoint {
  /** The limit of the tightest control group, in bytes; `undefined` without one. */
  readonly containerLimitBytes: number | undefined
}

const origins: Readonly<Record<HeapDeathPoint['origin'], string>> = {
  flag: 'from a flag on the command line',
  NODE_OPTIONS: 'from NODE_OPTIONS',
  'resource-limits': 'from the resource limits of this worker',
  'heap-size-limit': "from V8's own limit less the young generation",
}

const deaths: Readonly<Record<SelfTestDeath, string>> = {
  'heap-limit': 'V8 reached the limit of the heap',
  'ineffective-collections': 'V8 gave up, because collections freed too little for their time',
  killed: 'it was killed from outside, for want of other memory than its heap',
  timeout: 'it was still alive when the time was up',
  other: 'it ended in another way',
}

/** The death point for people. */
export function deathPointReport(facts: DeathPointFacts): string {
  const { bytes, origin, containerLimitBytes: limit } = facts
  const heap = `The heap dies at ${mebibytes(bytes)} of old generation, ${origins[origin]}.\n`
  if (limit === undefined) return `${heap}No control group limits the process.\n`
  const binds =
    limit <= bytes
      ? 'That is less than its heap may hold: the kernel ends it first. ' +
        'Lower --max-old-space-size.\n'
      : ''
  const kernel = `The kernel ends the process at ${mebibytes(limit)}`
  return `${heap}${kernel}, the limit of its control group.\n${binds}`
}

/** The outcome of a self-test for people. */
export function selfTestReport(result: SelfTestResult): string {
  const { reportedBytes, origin, measuredBytes, error, how, emergencyBefore, passed } = result
  const lines = [
    `reported   ${mebibytes(reportedBytes)}, ${origins[origin]}`,
    `measured   ${mebibytes(measuredBytes)} when it died (${signed(100 * error)} %)`,
    `death      ${deaths[how]}`,
    emergencyBefore === undefined
      ? 'emergency  was never published'
      : `emergency  published ${(emergencyBefore / 1000).toFixed(1)} s before`,
    passed ? 'PASS' : 'FAIL',
  ]
  return `${lines.join('\n')}\n`
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`
}

function signed(value: number): string {
  return `${value >= 0 ? '+' : ''}${value.toFixed(1)}`
}
