import { type Clock, warnOnce } from '@cultus/core'
import type { AlertState } from './alert-state.ts'
import type { Batch, DeliveryBook } from './delivery-book.ts'
import { failureReason } from './failure-reason.ts'
import type { AlertNotification, AlertSink } from './sink.ts'
import type { TokenBucket } from './token-bucket.ts'

/** A sink took a notification in. */
export interface AlertDeliveryEvent {
  /** The name of the sink. */
  readonly sink: string
  readonly notification: AlertNotification
}

/** A sink could not be told a notification; it is asked again later. */
export interface AlertFailureEvent extends AlertDeliveryEvent {
  /** One sentence for people, without the credentials of a URL. */
  readonly reason: string
  /** Failures in a row, this one included. */
  readonly failuresInRow: number
}

/** How one sink fares. */
export interface AlertSinkStatus {
  readonly name: string
  /** Notifications it took in. */
  readonly delivered: number
  /** Notifications it could not be told. */
  readonly failed: number
  /** Failures since the last notification it took in. */
  readonly failuresInRow: number
  /** Why the last failure came about; absent where there was none. */
  readonly lastFailure?: string
  /** Alerts it has yet to be told of. */
  readonly owed: number
  /** Alerts kept in mind for it; bounded by `maxAlerts`. */
  readonly tracked: number
  /** Changes that a newer one overtook before they could be told. */
  readonly heldBack: number
  /** Times a new alert found no room. */
  readonly refused: number
  /** Whether a notification is under way. */
  readonly sending: boolean
}

/** What a lane works with. */
export interface SinkLaneOptions {
  readonly sink: AlertSink
  readonly name: string
  readonly book: DeliveryBook
  readonly bucket: TokenBucket
  readonly sendTimeout: number
  readonly clock: Clock
  readonly delivered: (event: AlertDeliveryEvent) => void
  readonly failed: (event: AlertFailureEvent) => void
  /** Called when there may be nothing left to do. */
  readonly settled: () => void
}

type Mode = 'open' | 'closing' | 'closed'

const firstPause = 5_000
const longestPause = 300_000
const longestAskedPause = 3_600_000
/** A sink that has let so many calls hang is not called again before one of them ends. */
const mostAbandoned = 8

/**
 * The way to one sink: one notification at a time, within its rate, and after a failure again when
 * some time has passed.
 */
export class SinkLane {
  readonly #options: SinkLaneOptions
  #mode: Mode = 'closed'
  #abort: (() => void) | undefined
  #sending = false
  #abandoned = 0
  #pausedUntil = Number.NEGATIVE_INFINITY
  #cancelTimer: (() => void) | undefined
  #delivered = 0
  #failed = 0
  #failuresInRow = 0
  #lastFailure: string | undefined

  constructor(options: SinkLaneOptions) {
    this.#options = options
  }

  /** Whether nothing is under way and nothing is owed that will still be tried. */
  get idle(): boolean {
    if (this.#sending) return false
    return this.#mode === 'closed' || this.#options.book.owed === 0
  }

  get status(): AlertSinkStatus {
    const { name, book } = this.#options
    return {
      name,
      delivered: this.#delivered,
      failed: this.#failed,
      failuresInRow: this.#failuresInRow,
      ...(this.#lastFailure !== undefined && { lastFailure: this.#lastFailure }),
      owed: book.owed,
      tracked: book.size,
      heldBack: book.heldBack,
      refused: book.refused,
      sending: this.#sending,
    }
  }

  /** Takes in how an alert stands now; `pump` sends what is due. */
  offer(state: AlertState): void {
    this.#options.book.offer(state, this.#options.clock.now())
  }

  open(): void {
    this.#mode = 'open'
    this.pump()
  }

  /**
   * Ends the lane. With `resolve`, those states are still sent, once, without regard to rate or
   * pauses. What the sink could not be told by then is kept for the next `open`.
   */
  close(resolve: readonly AlertState[] | undefined): void {
    if (resolve === undefined) this.#mode = 'closed'
    else {
      for (const state of resolve) this.offer(state)
      this.#mode = 'closing'
    }
    this.pump()
  }

  /** What is owed now goes out without waiting for others of its group. */
  hurry(): void {
    this.#options.book.hurry(this.#options.clock.now())
    this.pump()
  }

  /** Ends the lane at once, and gives up what is under way. */
  abort(): void {
    this.#mode = 'closed'
    this.#abort?.()
  }

  /** Sends what is due, and sees to it that what is due later is sent then. */
  pump(): void {
    if (this.#sending) return
    const { book, bucket, clock } = this.#options
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    while (this.#mode !== 'closed' && this.#mayCall()) {
      const now = clock.now()
      if (this.#mode === 'closing') book.hurry(now)
      const due = book.nextDue(now)
      if (due === undefined || due > now) break
      if (this.#mode === 'open' && !bucket.take(now)) break
      const batch = book.take(now, clock.date())
      if (batch === undefined) break
      this.#send(batch)
      if (this.#sending) return
    }
    if (this.#mode === 'closing') this.#mode = 'closed'
    this.#schedule()
    this.#options.settled()
  }

  #mayCall(): boolean {
    if (this.#abandoned >= mostAbandoned) return false
    if (this.#mode === 'closing') return true
    const now = this.#options.clock.now()
    // A clock that went back must not make the pause longer than any pause is.
    if (this.#pausedUntil > now + longestAskedPause) this.#pausedUntil = now
    return this.#pausedUntil <= now
  }

  #schedule(): void {
    const { book, bucket, clock } = this.#options
    if (this.#mode !== 'open' || this.#abandoned >= mostAbandoned) return
    const now = clock.now()
    const due = book.nextDue(now)
    if (due === undefined) return
    const at = Math.max(due, this.#pausedUntil, due <= now ? bucket.availableAt(now) : now)
    // Longer delays overflow the timers of the host and would be over at once.
    const delay = Math.min(Math.max(at - now, 0), 2 ** 31 - 1)
    this.#cancelTimer = clock.setTimer(() => {
      this.#cancelTimer = undefined
      this.pump()
    }, delay)
  }

  #send(batch: Batch): void {
    const { sink, clock, sendTimeout } = this.#options
    const controller = new AbortController()
    const last = this.#mode === 'closing'
    this.#sending = true
    let waits = true
    const finish = (error?: { readonly error: unknown }): void => {
      if (!waits) return
      waits = false
      this.#abort = undefined
      cancelTimer()
      this.#finish(batch, error, last)
    }
    const cancelTimer = clock.setTimer(() => {
      give(new Error(`no answer within ${sendTimeout} ms`))
    }, sendTimeout)
    const give = (error: Error): void => {
      if (!waits) return
      this.#abandoned++
      finish({ error })
      // After the outcome is settled: what listens to the signal cannot change it any more.
      controller.abort(error)
      this.pump()
    }
    this.#abort = () => give(new Error('given up, the engine was stopped'))
    const answered = (error?: { readonly error: unknown }): void => {
      if (waits) finish(error)
      else this.#abandoned--
    }
    const answeredLater = (error?: { readonly error: unknown }): void => {
      answered(error)
      this.pump()
    }
    try {
      const answer = sink.send(batch.notification, { signal: controller.signal, clock })
      if (isThenable(answer)) {
        Promise.resolve(answer).then(
          () => answeredLater(),
          (error: unknown) => answeredLater({ error }),
        )
      } else answered()
    } catch (error) {
      answered({ error })
    }
  }

  #finish(batch: Batch, failure: { readonly error: unknown } | undefined, last: boolean): void {
    const { book, clock, delivered, failed, name } = this.#options
    const { notification } = batch
    const now = clock.now()
    book.finish(batch, failure === undefined, now)
    if (failure === undefined) {
      this.#delivered++
      this.#failuresInRow = 0
    } else {
      this.#failed++
      this.#failuresInRow++
      this.#lastFailure = failureReason(failure.error)
      const pause = Math.min(firstPause * 2 ** (this.#failuresInRow - 1), longestPause)
      this.#pausedUntil = now + Math.max(pause, askedPause(failure.error))
      // Every call would cost up to `sendTimeout` again, and whoever stops us waits for it.
      if (last && this.#mode === 'closing') this.#mode = 'closed'
    }
    // Told while `sending` still holds: what a listener raises is sent after this, not
    // in the midst of it.
    if (failure === undefined) delivered({ sink: name, notification })
    else {
      const reason = this.#lastFailure ?? ''
      warnOnce('CULTUS_W_SINK_FAILED', `the alert sink ${name} failed: ${reason}`, name)
      failed({ sink: name, notification, reason, failuresInRow: this.#failuresInRow })
    }
    this.#sending = false
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { then?: unknown }).then === 'function'
  )
}

/** The pause a failure asks for with `retryAfter`, in milliseconds. */
function askedPause(error: unknown): number {
  if (typeof error !== 'object' || error === null) return 0
  const { retryAfter } = error as { readonly retryAfter?: unknown }
  return typeof retryAfter === 'number' && retryAfter > 0
    ? Math.min(retryAfter, longestAskedPause)
    : 0
}
