import { createMemoryGroup } from '../harness/cgroup.ts'
import { heldBefore } from '../harness/lead.ts'
import { type ChildOutcome, runChild } from '../harness/run-child.ts'
import type { ChildArguments } from '../workload/child.ts'
import { longestGrowth, type Run } from './plan.ts'
import type { LeadResult } from './report.ts'

const mebibyte = 2 ** 20

/** Whether a real memory control group can be made here. */
export function canMakeGroup(): boolean {
  const group = createMemoryGroup(64 * mebibyte)
  group?.remove()
  return group !== undefined
}

/** Drives one process to its death and reads off what it heard before. */
export async function measureLead(
  run: Run,
  {
    node,
    script,
    real,
  }: { readonly node: string; readonly script: string; readonly real: boolean },
): Promise<LeadResult> {
  const { where, capMiB, load } = run
  const outside = where === 'container'
  const group = outside && real ? createMemoryGroup(capMiB * mebibyte) : undefined
  const supervised = outside && group === undefined
  const given: ChildArguments = { load, tickEvery: 250 }
  try {
    const outcome = await runChild({
      node,
      script,
      // Outside the heap the heap must not be what is short.
      flags: outside ? [] : [`--max-old-space-size=${capMiB}`],
      args: [JSON.stringify(given)],
      timeout: 700_000,
      group,
      ...(supervised && {
        onLine: (line, kill) => {
          if (Number(line['rss']) >= capMiB * mebibyte) kill()
        },
      }),
    })
    const killer = supervised ? 'a supervisor' : group?.kills() === 0 ? 'something else' : ''
    return resultOf(run, outcome, killer)
  } finally {
    group?.remove()
  }
}

function resultOf(run: Run, outcome: ChildOutcome, killer: string): LeadResult {
  const { lines, death, endedAt, stderr } = outcome
  if (!lines.some((line) => line['type'] === 'phase' && line['phase'] === 'load'))
    throw new Error(`${run.key}: no load: ${stderr.slice(0, 2_000)}`)
  const last = lines.findLast((line) => line['type'] === 'tick')
  const loadAt = lines.findLast((line) => line['type'] === 'phase')?.at ?? 0
  const levels = lines.filter((line) => line['type'] === 'level')
  return {
    key: run.key,
    cell: run.cell,
    where: run.where,
    needed: run.needed,
    capMiB: run.capMiB,
    rateShare: run.rateShare,
    churnMB: (run.load.churnRate ?? 0) / 1e6,
    death: death === 'killed' && killer !== '' ? `killed by ${killer}` : (death ?? 'none'),
    lasted: (endedAt - loadAt) / 1000,
    longest: longestGrowth(run),
    usedShare: Number(last?.['used']) / (run.capMiB * mebibyte),
    warning: heldBefore(outcome, 'warning'),
    critical: heldBefore(outcome, 'critical'),
    emergency: heldBefore(outcome, 'emergency'),
    levels: levels.map((line) => `${((line.at - endedAt) / 1000).toFixed(1)} ${line['level']}`),
  }
}
