import { type Confidence, isPressureLevel, type PressureReport } from '@cultus/core'
import type { MemorySnapshot } from '../sample.ts'
import type { MemberContainer, MemberHeap, MemberReading } from './member.ts'

/**
 * The version of what members and views say to each other. It is part of every message and of the
 * names of the channels: copies of this package that speak another version do not hear each other.
 */
export const memberProtocol = 1

/** What a member sends: what it measured, or that it leaves. */
export interface MemberMessage {
  readonly cultus: 'memory-member'
  readonly protocol: typeof memberProtocol
  readonly pid: number
  readonly number: number
  /** Tells two reporters of one thread apart. */
  readonly instance: number
  /** Time between two reports, in milliseconds. */
  readonly interval: number
  readonly reading: MemberReading | null
}

/**
 * What a view tells the threads of its process: the level they share, or that nobody
 * measures it any more.
 */
export interface ProcessMessage {
  readonly cultus: 'memory-process'
  readonly protocol: typeof memberProtocol
  readonly pid: number
  readonly report: SharedReport | null
}

/** The pressure that all threads of a process share. */
export type SharedReport = Required<Omit<PressureReport, 'staleAfter'>>

type Fields = Readonly<Record<string, unknown>>

const longestName = 200
const longestReason = 1_000
export const longestReportInterval = 3_600_000
const confidences: readonly unknown[] = ['confirmed', 'estimated', 'unknown'] satisfies Confidence[]

/** What a member tells of a measurement. */
export function readingOf(name: string, snapshot: MemorySnapshot): MemberReading {
  const { level, ratio, upperRatio, confidence, signal, reason, heap, container, at } = snapshot
  const { liveBytes, usedBytes, deathPointBytes } = heap
  const { rssBytes, externalBytes, arrayBuffersBytes } = snapshot.process
  return {
    name: name.slice(0, longestName),
    level,
    ratio,
    upperRatio,
    confidence,
    signal,
    reason: reason.slice(0, longestReason),
    heap: { liveBytes, usedBytes, deathPointBytes },
    process: { rssBytes, externalBytes, arrayBuffersBytes },
    ...(container && { container: containerOf(container) }),
    measuredAt: at,
  }
}

/** Reads what may be the message of a member, or may be anything; then it is `undefined`. */
export function parseMemberMessage(data: unknown): MemberMessage | undefined {
  if (!isFields(data) || data['cultus'] !== 'memory-member' || data['protocol'] !== memberProtocol)
    return undefined
  const { pid, number, instance, interval } = data
  if (!isCount(pid) || !isCount(number) || !isAmount(instance)) return undefined
  if (!isAmount(interval) || interval < 1 || interval > longestReportInterval) return undefined
  const reading = data['reading'] === null ? null : parseReading(data['reading'])
  if (reading === undefined) return undefined
  const protocol = memberProtocol
  return { cultus: 'memory-member', protocol, pid, number, instance, interval, reading }
}

/** Reads what may be the message of a view, or may be anything; then it is `undefined`. */
export function parseProcessMessage(data: unknown): ProcessMessage | undefined {
  if (!isFields(data) || data['cultus'] !== 'memory-process' || data['protocol'] !== memberProtocol)
    return undefined
  const { pid } = data
  if (!isCount(pid)) return undefined
  const report = data['report'] === null ? null : parseShared(data['report'])
  if (report === undefined) return undefined
  return { cultus: 'memory-process', protocol: memberProtocol, pid, report }
}

function parseShared(value: unknown): SharedReport | undefined {
  if (!isFields(value)) return undefined
  const { level, ratio, confidence, signal, reason } = value
  if (!isPressureLevel(level) || !isAmount(ratio)) return undefined
  if (confidence !== 'confirmed' && confidence !== 'estimated') return undefined
  if (!isText(signal, longestName) || !isText(reason, longestReason)) return undefined
  return { level, ratio, confidence, signal, reason }
}

function parseReading(value: unknown): MemberReading | undefined {
  if (!isFields(value)) return undefined
  const { name, level, ratio, upperRatio, confidence, signal, reason, measuredAt } = value
  if (!isText(name, longestName) || !isText(signal, longestName)) return undefined
  if (!isText(reason, longestReason) || !isPressureLevel(level)) return undefined
  if (!isAmount(ratio) || !isAmount(upperRatio) || !isAmount(measuredAt)) return undefined
  if (!isConfidence(confidence)) return undefined
  const heap = parseHeap(value['heap'])
  const process = parseProcess(value['process'])
  const container = value['container'] === undefined ? null : parseContainer(value['container'])
  if (heap === undefined || process === undefined || container === undefined) return undefined
  return {
    name,
    level,
    ratio,
    upperRatio,
    confidence,
    signal,
    reason,
    heap,
    process,
    ...(container && { container }),
    measuredAt,
  }
}

function parseHeap(value: unknown): MemberHeap | undefined {
  if (!isFields(value)) return undefined
  const { liveBytes, usedBytes, deathPointBytes } = value
  if (!isAmount(liveBytes) || !isAmount(usedBytes) || !isAmount(deathPointBytes)) return undefined
  return { liveBytes, usedBytes, deathPointBytes }
}

function parseProcess(value: unknown): MemberReading['process'] | undefined {
  if (!isFields(value)) return undefined
  const { rssBytes, externalBytes, arrayBuffersBytes } = value
  if (!isAmount(rssBytes) || !isAmount(externalBytes) || !isAmount(arrayBuffersBytes))
    return undefined
  return { rssBytes, externalBytes, arrayBuffersBytes }
}

function parseContainer(value: unknown): MemberContainer | undefined {
  if (!isFields(value)) return undefined
  const { version, path, usedBytes, limitBytes } = value
  if ((version !== 'v1' && version !== 'v2') || !isText(path, 4_096)) return undefined
  if (!isAmount(usedBytes) || !isAmount(limitBytes) || limitBytes === 0) return undefined
  return { version, path, usedBytes, limitBytes }
}

/** The fields that are told of a container; what else is known of it stays at home. */
function containerOf(container: MemberContainer): MemberContainer {
  const { version, path, usedBytes, limitBytes } = container
  return { version, path, usedBytes, limitBytes }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null
}

function isText(value: unknown, longest: number): value is string {
  return typeof value === 'string' && value !== '' && value.length <= longest
}

/** A number of bytes or milliseconds, or a ratio. */
function isAmount(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && Number.isFinite(value)
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && isAmount(value)
}

function isConfidence(value: unknown): value is Confidence {
  return confidences.includes(value)
}
