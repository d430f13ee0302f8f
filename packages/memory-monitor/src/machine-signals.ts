import { type ContainerContents, largestPart } from './largest-part.ts'
import { mebibytes, type Signal } from './signal.ts'
import type { ContainerReading } from './sources/container-group.ts'
import type { HostReading } from './sources/host.ts'
import type { ProcessReading } from './sources/process.ts'
import type { StallReading } from './sources/psi.ts'

/**
 * The share of the time that some task waits for memory from which stalls bear an estimate out.
 *
 * They never make one: file reads stall as well. `psi-monitor` went from 10 to 30 %
 * after false kills.
 */
const stalledShare = 0.3

/** What else is known when a container is judged. */
export interface ContainerEvidence {
  readonly stalls?: StallReading | undefined
  readonly contents?: ContainerContents | undefined
}

/** What else is known when the process is judged. */
export interface ProcessEvidence {
  readonly host?: HostReading | undefined
  readonly stalls?: StallReading | undefined
  /** A bound that the runtime tells of, in bytes. */
  readonly constrainedBytes?: number | undefined
}

/**
 * What the container says: a fact, since the kernel ends the process by these very numbers.
 *
 * Over `memory.high` the kernel does not kill but slows down, up to a standstill; a group that is
 * full of file cache lives at that mark unharmed. So the share of `memory.high` is an estimate, and
 * becomes a fact while the tasks of the group stall.
 */
export function containerSignal(
  reading: ContainerReading,
  { stalls, contents }: ContainerEvidence = {},
): Signal {
  const { usedBytes, limitBytes, highBytes, recentEvents = 0 } = reading
  const full = usedBytes / limitBytes
  const slowed = usedBytes / (highBytes ?? limitBytes)
  const stalled = slowed > full && isStalled(stalls, 'container')
  const held = contents === undefined ? '' : largestPart(usedBytes, contents)
  const bound =
    highBytes === undefined
      ? `${mebibytes(limitBytes)} it may`
      : `${mebibytes(highBytes)} above which it is slowed down, and ${mebibytes(limitBytes)} at which it is killed`
  const events =
    recentEvents > 0 ? `; it came to its limit ${recentEvents} times since the last look` : ''
  return {
    name: 'container',
    ratio: slowed,
    lower: stalled ? slowed : full,
    upper: slowed,
    confidence: stalled || slowed === full ? 'confirmed' : 'estimated',
    uncorroborated: !stalled && slowed > full,
    reason: `the container uses ${mebibytes(usedBytes)} of the ${bound}${held}${events}${stallNote(stalls)}`,
  }
}

/**
 * What resident memory says where no container has a limit.
 *
 * Then the process ends when the machine runs out, so it is measured against all it could have:
 * what it holds and what is available. Memory of others counts in so far as it leaves less.
 * Resident memory is a high-water mark, since allocators keep what was freed: this is an
 * estimate, which raises the level to `warning` and no further, unless the whole machine stalls
 * for memory as well.
 */
export function processSignal(
  { rssBytes }: ProcessReading,
  hostBytes: number,
  { host, stalls, constrainedBytes }: ProcessEvidence = {},
): Signal {
  const attainable = host === undefined ? hostBytes : Math.max(1, rssBytes + host.availableBytes)
  const bound = Math.min(hostBytes, attainable, constrainedBytes ?? hostBytes)
  const ratio = rssBytes / bound
  const stalled = bound === attainable && isStalled(stalls, 'host')
  return {
    name: 'process',
    ratio,
    lower: stalled ? ratio : 0,
    upper: ratio,
    confidence: stalled ? 'confirmed' : 'estimated',
    uncorroborated: !stalled,
    reason: `the process holds ${mebibytes(rssBytes)} of ${boundName(bound, hostBytes, constrainedBytes)}${stallNote(stalls)}`,
  }
}

function boundName(bound: number, hostBytes: number, constrainedBytes?: number): string {
  if (bound === hostBytes) return `the ${mebibytes(bound)} of this machine`
  if (bound === constrainedBytes) return `the ${mebibytes(bound)} it is constrained to`
  return `the ${mebibytes(bound)} that other processes on this machine leave it`
}

function isStalled(stalls: StallReading | undefined, scope: StallReading['scope']): boolean {
  return stalls !== undefined && stalls.scope === scope && stalls.someShare >= stalledShare
}

function stallNote(stalls: StallReading | undefined): string {
  if (stalls === undefined || stalls.someShare < stalledShare) return ''
  const who = stalls.scope === 'container' ? 'its tasks' : 'tasks of this machine'
  return `; ${who} wait for memory ${Math.round(stalls.someShare * 100)} % of the time`
}
