/** What a file of evidence holds. */
export type EvidenceKind = 'report' | 'profile' | 'heap-snapshot'

/** A file of evidence, as it lies in the directory. */
export interface EvidenceFile {
  readonly kind: EvidenceKind
  readonly path: string
  readonly bytes: number
}

/** What the name of a file of evidence tells. */
export interface EvidenceName {
  readonly kind: EvidenceKind
  /** When its collection began, in milliseconds since 1970. */
  readonly at: number
  readonly pid: number
  readonly threadId: number
  /** Tells apart the collections of one instant. */
  readonly sequence: number
}

/** The tools that read a profile or a snapshot know them by these endings. */
const extensions: Readonly<Record<EvidenceKind, string>> = {
  report: 'report.json',
  profile: 'heapprofile',
  'heap-snapshot': 'heapsnapshot',
}

/**
 * The ending of a file that is being written; one that stays was cut off by the end of its process.
 */
export const unfinished = '.partial'

const pattern =
  /^cultus-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z-p(\d+)-t(\d+)-(\d+)\.([a-z.]+?)(\.partial)?$/

/** The name of a file of evidence; names sort by time. */
export function evidenceName({ kind, at, pid, threadId, sequence }: EvidenceName): string {
  const time = new Date(at).toISOString().replaceAll(/[-:.]/g, '')
  return `cultus-${time}-p${pid}-t${threadId}-${sequence}.${extensions[kind]}`
}

/**
 * What a name tells, or `undefined` for a file that is none of ours: such a file is never touched.
 */
export function parseEvidenceName(name: string): EvidenceName | undefined {
  const match = pattern.exec(name)
  if (match === null) return undefined
  const [year = 0, month = 0, day, hour, minute, second, millisecond, pid, threadId, sequence] =
    match.slice(1, 11).map(Number)
  const kind = (Object.keys(extensions) as EvidenceKind[]).find(
    (each) => extensions[each] === match[11],
  )
  if (kind === undefined || pid === undefined || threadId === undefined || sequence === undefined)
    return undefined
  const at = Date.UTC(year, month - 1, day, hour, minute, second, millisecond)
  return { kind, at, pid, threadId, sequence }
}
