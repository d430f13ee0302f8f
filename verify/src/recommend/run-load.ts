import type { Recommendation } from '../../../packages/memory-monitor/src/tuning/recommendation.ts'
import { runChild } from '../harness/run-child.ts'
import type { LoadSettings } from './load.ts'

/** A load, and the Node.js and the bundled program that run it. */
export interface LoadProgram {
  readonly node: string
  readonly script: string
  readonly load: LoadSettings
}

/** What a process told that completed its load. */
interface Completion {
  readonly processorMilliseconds: number
  /** Where a monitor watched. */
  readonly recommendation?: Recommendation
}

/** Ends a process that hangs: after so many times as long as its load by the clock. */
const lastPatience = 30

/** Runs a load in a large heap under a monitor; `undefined` when it failed. */
export function recordIn(mebibytes: number, program: LoadProgram): Promise<Completion | undefined> {
  return complete(mebibytes, program, 'record')
}

/**
 * Whether a load is completed in a heap of so many MiB in so much processor time: by the clock, other work on
 * the machine could fail it.
 */
export async function survivesIn(
  mebibytes: number,
  program: LoadProgram,
  processorMilliseconds: number,
): Promise<boolean> {
  return (await complete(mebibytes, program, 'survive', processorMilliseconds)) !== undefined
}

async function complete(
  mebibytes: number,
  { node, script, load }: LoadProgram,
  purpose: 'record' | 'survive',
  processorMilliseconds = Number.MAX_VALUE,
): Promise<Completion | undefined> {
  const { lines, code } = await runChild({
    node,
    script,
    flags: [`--max-old-space-size=${mebibytes}`, '--expose-gc'],
    args: [JSON.stringify(load), purpose, `${processorMilliseconds}`],
    timeout: lastPatience * load.seconds * 1_000,
  })
  const line: unknown = lines.at(-1)
  return code === 0 && line !== undefined ? (line as Completion) : undefined
}
