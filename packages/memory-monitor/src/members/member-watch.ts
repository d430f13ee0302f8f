import { type Clock, type ConsumerRegistry, Emitter, isolate, type PressureBus } from '@cultus/core'
import { farewellAlert, memberAlert } from './alert.ts'
import type { LeaveReason, Member } from './member.ts'
import { memberMetrics } from './members-status.ts'
import type { MembersView, MembersViewEvents } from './members-view.ts'
import {
  memberProtocol,
  type ProcessMessage,
  parseMemberMessage,
  readingOf,
  type SharedReport,
} from './message.ts'
import { Roster, type RosterChange } from './roster.ts'
import type { SharedLevel } from './shared-level.ts'
import { type MembersTotal, totalOf, worstOf } from './total.ts'
import type { Sender, ViewTransport } from './transport.ts'
import type { WatchedMonitor } from './watched-monitor.ts'

/** What a view is made of. */
export interface MemberWatchParts {
  readonly group: 'threads' | 'cluster'
  /** The `id` of the one that watches, and the prefix of those of the others. */
  readonly ownId: string
  readonly idPrefix: string
  readonly monitor: WatchedMonitor
  readonly transport: ViewTransport
  /** Absent where members measure themselves all that they share. */
  readonly shared?: SharedLevel
  readonly staleAfter: number
  readonly expireAfter: number
  readonly bus: PressureBus
  readonly registry: ConsumerRegistry
  readonly clock: Clock
}

/** How often silence is counted, in milliseconds. */
const period = 1_000

/**
 * How often members are told of a shared level that has not changed: a bus forgets who is silent.
 */
const repeatAfter = 5_000

/** Listens to the members that report, and shows them. */
export class MemberWatch implements MembersView {
  readonly #parts: MemberWatchParts
  readonly #roster: Roster
  readonly #listeners: Emitter<MembersViewEvents>
  readonly #undo: (() => void)[] = []
  #running = true
  #cancelTimer: (() => void) | undefined
  #agedAt: number
  #told: SharedReport | undefined
  #toldAt = 0

  constructor(parts: MemberWatchParts) {
    this.#parts = parts
    const { group, idPrefix, staleAfter, expireAfter, transport, monitor, registry } = parts
    this.#roster = new Roster({ idOf: (number) => idPrefix + number, staleAfter, expireAfter })
    this.#listeners = new Emitter(`the view of ${group}`, ['joined', 'left', 'level'])
    this.#agedAt = parts.clock.now()
    transport.open({
      message: (data, sender) => this.#hear(data, sender),
      end: (number, reason) => this.#apply(() => this.#roster.end(number, reason)),
    })
    this.#undo.push(
      monitor.on('sample', () => this.#share(false)),
      registry.provideStatus({
        name: group,
        kind: 'members',
        metrics: () => memberMetrics(group, this.members(), this.total()),
        status: () => ({ members: this.members(), total: this.total() }),
      }),
    )
    this.#share(true)
    this.#schedule()
  }

  get running(): boolean {
    return this.#running
  }

  members(): readonly Member[] {
    return [this.#own(), ...this.#roster.members]
  }

  total(): MembersTotal {
    return totalOf(this.members(), this.#parts.group === 'threads')
  }

  worst(): Member {
    return worstOf(this.members()) ?? this.#own()
  }

  on<N extends keyof MembersViewEvents>(
    name: N,
    listener: (event: MembersViewEvents[N]) => void,
  ): () => void {
    return this.#listeners.on(name, listener)
  }

  stop(): void {
    if (!this.#running) return
    this.#running = false
    this.#cancelTimer?.()
    for (const undo of this.#undo) undo()
    // Members would otherwise wait for a level that nobody measures any more.
    if (this.#told !== undefined) this.#send(null)
    isolate('the transport of a view', () => this.#parts.transport.close())
    const { bus, clock } = this.#parts
    for (const member of this.#roster.members) {
      if (member.level !== 'normal')
        bus.publishAlert(farewellAlert(member, 'stopped', clock.date()))
    }
  }

  [Symbol.dispose](): void {
    this.stop()
  }

  #own(): Member {
    const { ownId, monitor } = this.#parts
    const reading = readingOf(ownId, monitor.snapshot())
    const confidence = monitor.running ? reading.confidence : 'unknown'
    const heardAt = reading.measuredAt
    return { ...reading, confidence, id: ownId, number: 0, pid: process.pid, heardAt }
  }

  #hear(data: unknown, sender: Sender): void {
    const message = parseMemberMessage(data)
    if (message === undefined || message.pid !== sender.pid) return
    if (sender.number !== undefined && sender.number !== message.number) return
    // The one that watches is no member of its own view.
    if (message.number === 0) return
    this.#apply(() => this.#roster.hear(message, this.#parts.clock.date()))
  }

  #apply(change: () => readonly RosterChange[]): void {
    if (!this.#running) return
    for (const changed of change()) {
      this.#announce(changed)
      // A listener may have stopped the view.
      if (!this.#running) return
    }
  }

  #announce(change: RosterChange): void {
    const { bus, clock } = this.#parts
    const { member } = change
    switch (change.kind) {
      case 'joined':
        // While all is well the next repetition is soon enough, however many come and go.
        if (this.#told !== undefined && this.#told.level !== 'normal') this.#send(this.#told)
        this.#listeners.deliver('joined', { member })
        return
      case 'level': {
        const { previous } = change
        bus.publishAlert(memberAlert(member, previous, clock.date()))
        this.#listeners.deliver('level', { member, previous })
        return
      }
      case 'left': {
        const reason: LeaveReason = change.reason
        if (member.level !== 'normal') bus.publishAlert(farewellAlert(member, reason, clock.date()))
        this.#listeners.deliver('left', { member, reason })
      }
    }
  }

  #schedule(): void {
    this.#cancelTimer = this.#parts.clock.setTimer(() => {
      const now = this.#parts.clock.now()
      // Time in which this timer could not run is no silence: messages could not arrive either.
      const elapsed = Math.min(Math.max(0, now - this.#agedAt), 2 * period)
      this.#agedAt = now
      this.#apply(() => this.#roster.age(elapsed))
      if (!this.#running) return
      // With a clock that went back the wait starts again, rather than lasting
      // until it has caught up.
      if (now < this.#toldAt) this.#toldAt = now
      this.#share(now - this.#toldAt >= repeatAfter)
      this.#schedule()
    }, period)
  }

  /** Tells members of the level they share, if it changed or must be repeated. */
  #share(repeat: boolean): void {
    const { shared, monitor, clock } = this.#parts
    if (shared === undefined || !this.#running) return
    const report = monitor.running
      ? isolate('the shared level', () => shared.observe(monitor.snapshot()))
      : undefined
    if (report === undefined) {
      if (monitor.running || this.#told === undefined) return
      this.#told = undefined
      this.#send(null)
      return
    }
    const changed = report.level !== this.#told?.level
    this.#told = report
    if (!changed && !repeat) return
    this.#toldAt = clock.now()
    this.#send(report)
  }

  #send(report: SharedReport | null): void {
    const message: ProcessMessage = {
      cultus: 'memory-process',
      protocol: memberProtocol,
      pid: process.pid,
      report,
    }
    isolate('the transport of a view', () => this.#parts.transport.send(message))
  }
}
