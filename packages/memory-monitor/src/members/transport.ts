import type { LeaveReason } from './member.ts'

/** Who sent a message, as the transport knows it. */
export interface Sender {
  readonly pid: number
  /** Absent where the transport cannot tell; then the message itself is believed. */
  readonly number?: number
}

/** What a view does with what it hears. */
export interface MemberHandlers {
  message(data: unknown, sender: Sender): void
  /** A member is known to have ended. */
  end(number: number, reason: LeaveReason): void
}

/** How a view hears its members and speaks to them. */
export interface ViewTransport {
  open(handlers: MemberHandlers): void
  /** Tells every member; does nothing where members are not spoken to. */
  send(data: unknown): void
  close(): void
}

/** What a member does with what it hears. */
export interface ReporterHandlers {
  message(data: unknown): void
  /** The member is about to end, and may say so. */
  end(): void
}

/** How a member speaks to the view and hears it. */
export interface MemberTransport {
  readonly pid: number
  readonly number: number
  open(handlers: ReporterHandlers): void
  send(data: unknown): void
  close(): void
}
