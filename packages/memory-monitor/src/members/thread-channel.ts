import { errorMonitor } from 'node:events'
import { BroadcastChannel, threadId, type Worker } from 'node:worker_threads'
import { isolate } from '@cultus/core'
import type { LeaveReason } from './member.ts'
import { memberProtocol } from './message.ts'
import type {
  MemberHandlers,
  MemberTransport,
  ReporterHandlers,
  ViewTransport,
} from './transport.ts'

/** Reports travel on one channel and answers on another, so that members do not wake each other. */
const toView = `cultus.memory.${memberProtocol}.view`
const toMembers = `cultus.memory.${memberProtocol}.members`

/** Hears the threads of this process, whoever started them. */
export class ThreadsTransport implements ViewTransport {
  readonly #watched = new Map<Worker, () => void>()
  #channel: BroadcastChannel | undefined
  #leaveProcess: (() => void) | undefined

  open({ message, end }: MemberHandlers): void {
    const { pid } = process
    this.#channel = listen(toView, (data) => message(data, { pid }))
    const onWorker = (worker: Worker): void => this.#watch(worker, end)
    process.on('worker', onWorker)
    this.#leaveProcess = () => process.off('worker', onWorker)
  }

  send(data: unknown): void {
    post(toMembers, data)
  }

  close(): void {
    this.#leaveProcess?.()
    this.#channel?.close()
    for (const leave of this.#watched.values()) leave()
    this.#watched.clear()
  }

  #watch(worker: Worker, end: MemberHandlers['end']): void {
    const number = worker.threadId
    let reason: LeaveReason = 'exited'
    const onError = (error: unknown): void => {
      if (isOutOfMemory(error)) reason = 'out-of-memory'
    }
    const onExit = (): void => {
      this.#watched.get(worker)?.()
      this.#watched.delete(worker)
      isolate('the view of threads', () => end(number, reason))
    }
    // Not `error`: a listener of that would keep the host from hearing of an error
    // that nobody handles.
    worker.on(errorMonitor, onError)
    worker.on('exit', onExit)
    this.#watched.set(worker, () => {
      worker.off(errorMonitor, onError)
      worker.off('exit', onExit)
    })
  }
}

/** Speaks from a worker thread to the main one. */
export class ThreadTransport implements MemberTransport {
  readonly pid: number = process.pid
  readonly number: number = threadId
  #channel: BroadcastChannel | undefined
  #leaveProcess: (() => void) | undefined

  open({ message, end }: ReporterHandlers): void {
    this.#channel = listen(toMembers, message)
    process.on('exit', end)
    this.#leaveProcess = () => process.off('exit', end)
  }

  send(data: unknown): void {
    post(toView, data)
  }

  close(): void {
    this.#leaveProcess?.()
    this.#channel?.close()
  }
}

/** Hears a channel without keeping the thread alive. */
function listen(name: string, hear: (data: unknown) => void): BroadcastChannel {
  const channel = new BroadcastChannel(name)
  channel.onmessage = (event) => {
    isolate(`the channel ${name}`, () => hear((event as { data: unknown }).data))
  }
  // Not every runtime that has worker threads has this.
  channel.unref?.()
  return channel
}

/**
 * Sends on a channel that is closed at once: one that stayed open would also receive, and every
 * thread would read what every other one reports.
 */
function post(name: string, data: unknown): void {
  const channel = new BroadcastChannel(name)
  try {
    channel.postMessage(data)
  } finally {
    channel.close()
  }
}

function isOutOfMemory(error: unknown): boolean {
  return (error as { code?: unknown } | undefined)?.code === 'ERR_WORKER_OUT_OF_MEMORY'
}
