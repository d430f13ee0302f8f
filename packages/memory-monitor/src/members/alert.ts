import { levelRank, type PressureAlert, type PressureLevel } from '@cultus/core'
import type { LeaveReason, Member } from './member.ts'

const ends: Readonly<Record<LeaveReason, string>> = {
  stopped: 'does not report any more',
  exited: 'has ended',
  'out-of-memory': 'ran out of memory and is gone',
  silent: 'has not been heard of for long',
}

/**
 * The alert for a change in the level of a member: firing while it is elevated,
 * resolved at `normal`.
 */
export function memberAlert(member: Member, previous: PressureLevel, at: number): PressureAlert {
  const { id, level, reason } = member
  const summary =
    level === 'normal'
      ? `memory of ${id} is back to normal: ${reason}`
      : `memory of ${id} is at ${level}: ${reason}`
  return alertOf(member, level, levelRank(level) > 0 ? level : previous, summary, at)
}

/** The alert that a member leaves resolved when it goes away with its level up. */
export function farewellAlert(member: Member, reason: LeaveReason, at: number): PressureAlert {
  return alertOf(member, 'normal', member.level, `${member.id} ${ends[reason]}`, at)
}

function alertOf(
  { id, name, signal }: Member,
  level: PressureLevel,
  severity: PressureLevel,
  summary: string,
  at: number,
): PressureAlert {
  return {
    name: 'MemoryPressure',
    source: id,
    severity: severity === 'normal' ? 'info' : severity,
    status: level === 'normal' ? 'resolved' : 'firing',
    summary,
    labels: { level, signal, member: name },
    at,
  }
}
