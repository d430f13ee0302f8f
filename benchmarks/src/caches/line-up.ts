import { invalidOption } from '@cultus/core'
import { floors } from './floors.ts'
import { ours } from './ours.ts'
import { peers } from './peers.ts'
import type { BoundKind, Subject } from './subject.ts'

/** A subject as it is measured: with one kind of bound, with or without a time to live. */
export interface Contestant {
  /** What it is called in tables, among those bounded alike. */
  readonly name: string
  readonly subject: string
  readonly kind: BoundKind
  readonly ttl: boolean
  readonly ours: boolean
}

/** Whether entries or bytes are bounded. */
export type Bound = 'entries' | 'bytes'

export const bounds: readonly Bound[] = ['entries', 'bytes']

/** What each subject is compared with. */
export const rival = 'lru-cache'

const subjects: Readonly<Record<string, Subject>> = { ...floors, ...peers, ...ours }

/**
 * The subject of a name.
 *
 * @throws CultusError `CULTUS_INVALID_OPTION` where there is none
 */
export function subjectNamed(name: string): Subject {
  const found = Object.hasOwn(subjects, name) ? subjects[name] : undefined
  if (found === undefined) {
    throw invalidOption('subjects', `name any of ${Object.keys(subjects).join(', ')}`, name)
  }
  return found
}

/** Every way in which the subjects, or those of some names only, can be measured under a bound. */
export function lineUp(bound: Bound, names?: readonly string[]): readonly Contestant[] {
  return Object.keys(subjects)
    .filter((subject) => names?.includes(subject) ?? true)
    .flatMap((subject) => contestantsOf(subject, bound))
}

/** The name of what is measured with a kind of bound and a time to live. */
export function nameOf(subject: string, kind: BoundKind, ttl: boolean): string {
  return `${subject}${kind === 'estimated' ? ', estimated' : ''}${ttl ? ' + ttl' : ''}`
}

function contestantsOf(subject: string, bound: Bound): readonly Contestant[] {
  const { bounds, ttl } = subjectNamed(subject)
  return bounds
    .filter((kind) => (kind === 'entries') === (bound === 'entries'))
    .flatMap((kind) =>
      [false, true]
        .filter((timed) => ttl === 'possible' || timed === (ttl === 'always'))
        .map((timed) => ({
          // What always has a time to live needs no name for it.
          name: nameOf(subject, kind, timed && ttl === 'possible'),
          subject,
          kind,
          ttl: timed,
          ours: Object.hasOwn(ours, subject),
        })),
    )
}
