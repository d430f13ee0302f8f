import cluster, { type Worker } from 'node:cluster'
import type { MemberHandlers, MemberTransport, ViewTransport } from './transport.ts'

/**
 * Hears the workers of this cluster. They measure for themselves all that they share, so
 * none is spoken to.
 */
export class ClusterTransport implements ViewTransport {
  #leaveCluster: (() => void) | undefined

  open({ message, end }: MemberHandlers): void {
    const onMessage = (worker: Worker, data: unknown): void => {
      const { pid } = worker.process
      if (pid !== undefined) message(data, { pid, number: worker.id })
    }
    const onExit = (worker: Worker): void => end(worker.id, 'exited')
    cluster.on('message', onMessage)
    cluster.on('exit', onExit)
    this.#leaveCluster = () => {
      cluster.off('message', onMessage)
      cluster.off('exit', onExit)
    }
  }

  send(): void {}

  close(): void {
    this.#leaveCluster?.()
  }
}

/** What is needed of `process` to send from a cluster worker. */
export interface IpcChannel {
  readonly pid: number
  readonly connected: boolean
  send?(data: unknown, handle: undefined, options: undefined, done: () => void): boolean
}

/**
 * Speaks from a cluster worker to the primary.
 *
 * One message is under way at a time, and only the last of those that wait is kept: a primary that
 * does not read fills no memory here. Nothing is listened to, so whether the channel keeps the
 * process alive is left as it was.
 */
export class ClusterWorkerTransport implements MemberTransport {
  readonly number: number
  readonly #channel: IpcChannel
  #waiting: { readonly data: unknown } | undefined
  #sending = false

  constructor(number: number, channel: IpcChannel = process) {
    this.number = number
    this.#channel = channel
  }

  get pid(): number {
    return this.#channel.pid
  }

  open(): void {}

  send(data: unknown): void {
    this.#waiting = { data }
    this.#next()
  }

  /** What is waiting is still sent. */
  close(): void {}

  #next(): void {
    const next = this.#waiting
    if (next === undefined || this.#sending || !this.#channel.connected) return
    this.#waiting = undefined
    this.#sending = true
    const done = (): void => {
      this.#sending = false
      this.#next()
    }
    try {
      // With a callback an error is given to it rather than emitted at the process.
      this.#channel.send?.(next.data, undefined, undefined, done)
    } catch (error) {
      this.#sending = false
      throw error
    }
  }
}
