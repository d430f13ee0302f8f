import { levelRank, type PressureLevel } from '@cultus/core'
import type { Member, MemberContainer } from './member.ts'

/** All members as one. */
export interface MembersTotal {
  /** How many there are, the one that watches included. */
  readonly members: number
  /** The worst level of any. */
  readonly level: PressureLevel
  /** Sums over the heaps, in bytes. */
  readonly liveBytes: number
  readonly usedBytes: number
  readonly deathPointBytes: number
  /** Resident memory, in bytes, of every process once: threads share it. */
  readonly rssBytes: number
  /**
   * Sums of what objects in the heaps hold outside of them, in bytes; array buffers are part of it.
   */
  readonly externalBytes: number
  readonly arrayBuffersBytes: number
  /**
   * Every control group with a limit once, as last read; groups of one path and one limit are one.
   */
  readonly containers: readonly MemberContainer[]
}

/** Sums up members, the one that watches first; `shared` when they are threads of one process. */
export function totalOf(members: readonly Member[], shared: boolean): MembersTotal {
  const [watcher] = members
  const processes = shared ? members.slice(0, 1) : members
  const sum = (values: readonly number[]): number => values.reduce((one, other) => one + other, 0)
  return {
    members: members.length,
    level: worstOf(members)?.level ?? watcher?.level ?? 'normal',
    liveBytes: sum(members.map(({ heap }) => heap.liveBytes)),
    usedBytes: sum(members.map(({ heap }) => heap.usedBytes)),
    deathPointBytes: sum(members.map(({ heap }) => heap.deathPointBytes)),
    rssBytes: sum(processes.map(({ process }) => process.rssBytes)),
    externalBytes: sum(members.map(({ process }) => process.externalBytes)),
    arrayBuffersBytes: sum(members.map(({ process }) => process.arrayBuffersBytes)),
    containers: containersOf(processes),
  }
}

/** The member with the worst level; among equals, the one nearest to its death point. */
export function worstOf(members: readonly Member[]): Member | undefined {
  let worst: Member | undefined
  for (const member of members) {
    const rank = worst === undefined ? 1 : levelRank(member.level) - levelRank(worst.level)
    if (rank > 0 || (rank === 0 && member.ratio > (worst?.ratio ?? 0))) worst = member
  }
  return worst
}

/** Each group once, by its latest reading; of two that are equally late, the fuller one. */
function containersOf(members: readonly Member[]): readonly MemberContainer[] {
  const latest = new Map<string, { container: MemberContainer; at: number }>()
  for (const { container, measuredAt: at } of members) {
    if (container === undefined) continue
    const key = `${container.version} ${container.limitBytes} ${container.path}`
    const held = latest.get(key)
    const fuller = held === undefined || container.usedBytes > held.container.usedBytes
    if (held === undefined || at > held.at || (at === held.at && fuller))
      latest.set(key, { container, at })
  }
  return [...latest.values()].map(({ container }) => container)
}
