import { type MetricPoint, pressureLevels } from '@cultus/core'
import type { Member } from './member.ts'
import { type MembersTotal, worstOf } from './total.ts'

/**
 * The metrics of a group of members.
 *
 * Sums and counts only: pools start and end threads without limit, and a label for each
 * would grow without end.
 */
export function memberMetrics(
  group: string,
  members: readonly Member[],
  total: MembersTotal,
): readonly MetricPoint[] {
  const gauge = (name: string, help: string, value: number, level?: string): MetricPoint => ({
    name,
    type: 'gauge',
    help,
    value,
    labels: { group, ...(level !== undefined && { level }) },
  })
  return [
    ...pressureLevels.map((level) =>
      gauge(
        'cultus_members',
        'Threads or processes by their own pressure level.',
        members.filter((member) => member.level === level).length,
        level,
      ),
    ),
    gauge(
      'cultus_members_worst_ratio',
      'Used share of the death point of the worst member.',
      worstOf(members)?.ratio ?? 0,
    ),
    gauge('cultus_members_live_bytes', 'Live bytes, over all heaps.', total.liveBytes),
    gauge(
      'cultus_members_death_point_bytes',
      'Death points, over all heaps.',
      total.deathPointBytes,
    ),
    gauge('cultus_members_resident_bytes', 'Resident memory, every process once.', total.rssBytes),
  ]
}
