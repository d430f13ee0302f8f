import type { PressureAlert } from '@cultus/core'
import { type AlertState, alertKey } from './alert-state.ts'
import { type AlertSeverity, severityRank } from './severity.ts'

/** How long an alert must hold before it fires, by severity, in milliseconds. */
export type Holds = Readonly<Record<AlertSeverity, number>>

interface ActiveAlert {
  latest: PressureAlert
  holds: Holds
  /** Since when the alert has been at least so severe, by rank. */
  readonly since: number[]
  readonly startsAt: number
  /** What fires, once it does. */
  shown: AlertState | undefined
}

/**
 * Knows which alerts are active and decides when each fires: once it has held, at its severity or
 * worse, as long as that severity asks. One that is resolved earlier was never there. A firing
 * alert rises after the hold of the worse severity, and falls at once.
 */
export class AlertLedger {
  readonly #most: number
  readonly #active = new Map<string, ActiveAlert>()
  #refused = 0

  /** Keeps at most `most` alerts at a time; a new one beyond is refused and counted. */
  constructor(most: number) {
    this.#most = most
  }

  /** The alerts that fire. */
  get firing(): readonly AlertState[] {
    return [...this.#active.values()].flatMap(({ shown }) => shown ?? [])
  }

  /** How many alerts hold but do not fire yet. */
  get pending(): number {
    return this.#active.size - this.firing.length
  }

  /** How many times a new alert found no room. */
  get refused(): number {
    return this.#refused
  }

  /** Takes in an alert that holds; returns its state where the sinks should know it. */
  raise(alert: PressureAlert, holds: Holds, now: number): AlertState | undefined {
    const key = alertKey(alert)
    let active = this.#active.get(key)
    if (active === undefined) {
      if (this.#active.size >= this.#most) {
        this.#refused++
        return undefined
      }
      active = { latest: alert, holds, since: [], startsAt: alert.at, shown: undefined }
      this.#active.set(key, active)
    }
    active.latest = alert
    active.holds = holds
    const rank = severityRank(alert.severity)
    active.since.length = Math.min(active.since.length, rank + 1)
    while (active.since.length <= rank) active.since.push(now)
    return show(active, now)
  }

  /** Takes in the end of an alert; returns its last state where it had fired. */
  resolve(alert: PressureAlert): AlertState | undefined {
    const key = alertKey(alert)
    const shown = this.#active.get(key)?.shown
    this.#active.delete(key)
    return shown && ended(shown, alert.summary, alert.at)
  }

  /** The alerts whose hold is over by now. */
  due(now: number): readonly AlertState[] {
    return [...this.#active.values()].flatMap((active) => show(active, now) ?? [])
  }

  /** When the next hold is over, or `undefined` where none runs. */
  nextDue(now: number): number | undefined {
    let next: number | undefined
    for (const active of this.#active.values()) {
      if (active.shown !== undefined && active.shown.severity === active.latest.severity) continue
      next = Math.min(next ?? Number.POSITIVE_INFINITY, heldAt(active, now))
    }
    return next
  }

  /** Forgets the alerts that do not fire yet. */
  forgetPending(): void {
    for (const [key, { shown }] of this.#active) if (shown === undefined) this.#active.delete(key)
  }

  /** Ends every alert; returns the last states of those that had fired. */
  resolveAll(date: number): readonly AlertState[] {
    const states = this.firing.map((state) =>
      ended(state, `no longer watched: ${state.summary}`, date),
    )
    this.#active.clear()
    return states
  }
}

/** What fires of an alert after `now`, where that is news. */
function show(active: ActiveAlert, now: number): AlertState | undefined {
  const { latest, shown, startsAt } = active
  const rises = severityRank(latest.severity) > severityRank(shown?.severity)
  if (rises && heldAt(active, now) > now) return undefined
  const state = Object.freeze({ ...latest, labels: latest.labels ?? {}, startsAt })
  if (shown !== undefined && sameText(shown, state)) return undefined
  active.shown = state
  return state
}

/** When the alert will have held as long as its severity asks. */
function heldAt({ latest, holds, since }: ActiveAlert, now: number): number {
  const rank = severityRank(latest.severity)
  // A clock that went back starts the hold anew.
  const start = Math.min(since[rank] ?? now, now)
  since[rank] = start
  return start + holds[latest.severity]
}

function sameText(a: AlertState, b: AlertState): boolean {
  return (
    a.severity === b.severity &&
    a.summary === b.summary &&
    JSON.stringify(a.labels) === JSON.stringify(b.labels)
  )
}

/** The end keeps the severity and the labels of what ends: receivers tell alerts apart by them. */
function ended(state: AlertState, summary: string, at: number): AlertState {
  return { ...state, status: 'resolved', summary, at, endsAt: Math.max(at, state.startsAt) }
}
