import { type AlertState, alertKey } from './alert-state.ts'
import type { AlertDelivery, AlertNotification } from './sink.ts'

/** A field by which alerts can be grouped. */
export type AlertGroupField = 'source' | 'severity' | 'name'

/** Settings for {@link DeliveryBook}. */
export interface DeliveryBookOptions {
  readonly groupBy: readonly AlertGroupField[]
  readonly groupWait: number
  readonly repeatInterval: number
  /** The most alerts kept in mind for the sink. */
  readonly most: number
}

/** What a sink knows of an alert, and what it should know. */
interface Entry {
  wanted: AlertState
  /** What the sink has taken in. */
  told: AlertState | undefined
  toldAt: number
  /** What is on its way to the sink. */
  sending: AlertState | undefined
  /** The last firing state that was sent, whether or not it arrived: its end is owed. */
  attempted: AlertState | undefined
  /** Whether the last attempt failed, so that nobody knows what the sink took in. */
  unsure: boolean
  owedSince: number | undefined
}

/** A notification that was taken out of the book, to be handed back with its outcome. */
export interface Batch {
  readonly notification: AlertNotification
  readonly keys: readonly string[]
}

const mostInBatch = 100

/**
 * Decides what one sink is owed. It keeps states, not a queue of messages: an alert that
 * changes before the sink could be told is told as it is then, so that the book is bounded and
 * no end is ever lost.
 */
export class DeliveryBook {
  readonly #options: DeliveryBookOptions
  readonly #entries = new Map<string, Entry>()
  #hurriedUntil = Number.NEGATIVE_INFINITY
  #heldBack = 0
  #heldBackEver = 0
  #refused = 0

  constructor(options: DeliveryBookOptions) {
    this.#options = options
  }

  /** How many alerts are kept in mind. */
  get size(): number {
    return this.#entries.size
  }

  /** How many alerts the sink has yet to be told of. */
  get owed(): number {
    let owed = 0
    for (const { owedSince } of this.#entries.values()) if (owedSince !== undefined) owed++
    return owed
  }

  /** Changes that a newer one overtook before they could be told. */
  get heldBack(): number {
    return this.#heldBackEver
  }

  /** How many times a new alert found no room. */
  get refused(): number {
    return this.#refused
  }

  /** Takes in how an alert stands now. */
  offer(state: AlertState, now: number): void {
    const key = alertKey(state)
    const entry = this.#entries.get(key)
    if (entry !== undefined) {
      if (entry.owedSince !== undefined && !same(entry.wanted, state)) {
        this.#heldBack++
        this.#heldBackEver++
      }
      entry.wanted = state
      this.#settle(key, entry, now)
    } else if (state.status === 'firing') {
      if (this.#entries.size >= this.#options.most) {
        this.#refused++
        return
      }
      this.#entries.set(key, {
        wanted: state,
        told: undefined,
        toldAt: 0,
        sending: undefined,
        attempted: undefined,
        unsure: false,
        owedSince: now,
      })
    }
  }

  /** When something should be told, or `undefined` when nothing ever will. */
  nextDue(now: number): number | undefined {
    let next = Number.POSITIVE_INFINITY
    for (const entry of this.#entries.values()) next = Math.min(next, this.#dueAt(entry, now))
    return next === Number.POSITIVE_INFINITY ? undefined : next
  }

  /** What is owed now is due at once, whatever `groupWait` says. */
  hurry(now: number): void {
    this.#hurriedUntil = now
  }

  /** Takes out the group that has waited longest, where one is due. */
  take(now: number, date: number): Batch | undefined {
    const waiting = [...this.#entries]
      .map(([key, entry]) => ({ key, entry, dueAt: this.#dueAt(entry, now) }))
      .sort((a, b) => a.dueAt - b.dueAt)
    const [first] = waiting
    if (first === undefined || first.dueAt > now) return undefined
    const group = this.#groupOf(first.entry)
    const wholeGroup = JSON.stringify(group)
    const chosen = waiting
      .filter(({ entry, dueAt }) => entry.owedSince !== undefined || dueAt <= now)
      .filter(({ entry }) => JSON.stringify(this.#groupOf(entry)) === wholeGroup)
      .slice(0, mostInBatch)
    const alerts = chosen.map(({ entry }) => send(entry))
    const heldBack = this.#heldBack
    this.#heldBack = 0
    const status = alerts.some((alert) => alert.status === 'firing') ? 'firing' : 'resolved'
    // Frozen all through: sinks and listeners share it.
    const notification = {
      status,
      group,
      alerts: Object.freeze(alerts),
      heldBack,
      at: date,
    } as const
    return {
      notification: Object.freeze(notification),
      keys: chosen.map(({ key }) => key),
    }
  }

  /** Takes note of how a batch fared. */
  finish({ keys, notification }: Batch, delivered: boolean, now: number): void {
    if (!delivered) this.#heldBack += notification.heldBack
    for (const key of keys) {
      const entry = this.#entries.get(key)
      if (entry?.sending === undefined) continue
      if (delivered) {
        entry.told = entry.sending
        entry.toldAt = now
        if (entry.told.status === 'resolved') entry.attempted = undefined
      }
      entry.unsure = !delivered
      entry.sending = undefined
      // What failed waits from now, behind the others: it must not keep them from being tried.
      this.#settle(key, entry, now)
    }
  }

  #settle(key: string, entry: Entry, now: number): void {
    const { wanted, sending, told, attempted, unsure } = entry
    const known = sending ?? told
    const owed = !same(known, wanted) || (unsure && sending === undefined)
    if (!owed) entry.owedSince = undefined
    else entry.owedSince ??= now
    // Over, and the sink has heard so, or never heard that it began.
    if (wanted.status === 'resolved' && attempted === undefined) this.#entries.delete(key)
  }

  #dueAt(entry: Entry, now: number): number {
    const { groupWait, repeatInterval } = this.#options
    if (entry.sending !== undefined) return Number.POSITIVE_INFINITY
    if (entry.owedSince === undefined) {
      if (entry.toldAt > now) entry.toldAt = now
      return entry.toldAt + repeatInterval
    }
    // A clock that went back starts the wait anew, and makes nothing that comes now
    // older than a hurry.
    if (entry.owedSince > now) entry.owedSince = now
    if (this.#hurriedUntil > now) this.#hurriedUntil = Number.NEGATIVE_INFINITY
    const { status, severity } = entry.wanted
    const urgent = status === 'firing' && severity === 'emergency'
    const waits = !urgent && entry.owedSince > this.#hurriedUntil
    return entry.owedSince + (waits ? groupWait : 0)
  }

  #groupOf(entry: Entry): Readonly<Record<string, string>> {
    const state = outgoing(entry)
    return Object.freeze(
      Object.fromEntries(this.#options.groupBy.map((field) => [field, state[field]])),
    )
  }
}

/** Marks what is wanted as on its way, and returns it. */
function send(entry: Entry): AlertDelivery {
  const delivery = Object.freeze({ ...outgoing(entry), change: changeOf(entry) })
  if (delivery.status === 'firing') entry.attempted = entry.wanted
  entry.sending = entry.wanted
  entry.owedSince = undefined
  return delivery
}

/** What is sent: an end bears the severity and the labels of what the sink was last sent. */
function outgoing({ wanted, attempted }: Entry): AlertState {
  if (wanted.status === 'firing' || attempted === undefined) return wanted
  const { severity, labels } = attempted
  return { ...wanted, severity, labels }
}

function changeOf({ wanted, told, unsure }: Entry): AlertDelivery['change'] {
  if (wanted.status === 'resolved') return 'resolved'
  if (told?.status !== 'firing') return 'fired'
  return !unsure && same(told, wanted) ? 'repeated' : 'updated'
}

/** Whether two states are the same news. */
function same(a: AlertState | undefined, b: AlertState): boolean {
  if (a?.status !== b.status) return false
  return b.status === 'resolved' || a.severity === b.severity
}
