import type { Clock } from '@cultus/core'
import type { HttpTarget } from './http-target.ts'
import { isTransient, nextPause, retryAfter } from './retry.ts'
import type { AlertSinkContext } from './sink.ts'

/** A receiver did not take a request in. */
class PostError extends Error {
  override readonly name = 'PostError'
  /** How many milliseconds later it may be asked again, as it said itself. */
  readonly retryAfter: number

  constructor(message: string, retryAfter: number, options?: ErrorOptions) {
    super(message, options)
    this.retryAfter = retryAfter
  }
}

interface Failure {
  readonly error: PostError
  readonly transient: boolean
}

/**
 * Posts a text of JSON and resolves once it was answered with 2xx; tries again as `target.retry`
 * says. Nothing is read of an answer but its status and `Retry-After`. Redirects are failures: an
 * alert goes where it was meant to.
 */
export async function postJson(
  { url, headers, timeout, retry }: HttpTarget,
  body: string,
  { signal, clock }: AlertSinkContext,
): Promise<void> {
  const began = clock.now()
  for (let failures = 1; ; failures++) {
    const failure = await attempt(url, { method: 'POST', headers, body }, timeout, signal, clock)
    if (failure === undefined) return
    const { error, transient } = failure
    if (!transient || signal.aborted) throw error
    const elapsed = clock.now() - began
    const pause = nextPause(retry, failures, elapsed, error.retryAfter, Math.random())
    if (pause === undefined) throw error
    await sleep(pause, signal, clock)
    if (signal.aborted) throw error
  }
}

async function attempt(
  url: URL,
  request: RequestInit,
  timeout: number,
  signal: AbortSignal,
  clock: Clock,
): Promise<Failure | undefined> {
  const controller = new AbortController()
  const late = new Error(`no answer within ${timeout} ms`)
  const cancelTimer = clock.setTimer(() => controller.abort(late), timeout)
  const giveUp = (): void => controller.abort(signal.reason)
  signal.addEventListener('abort', giveUp)
  if (signal.aborted) giveUp()
  try {
    const response = await fetch(url, { ...request, redirect: 'manual', signal: controller.signal })
    // Not read: it may be endless, and says nothing that the status does not.
    await response.body?.cancel()
    if (response.ok) return undefined
    const asked = retryAfter(response.headers.get('retry-after'), clock.date())
    const error = new PostError(`${url.origin} answered ${response.status}`, asked)
    return { error, transient: isTransient(response.status) }
  } catch (cause) {
    const why = controller.signal.reason === late ? late : cause
    return { error: unreachable(url, why), transient: true }
  } finally {
    cancelTimer()
    signal.removeEventListener('abort', giveUp)
  }
}

/**
 * The error for a request that got no answer, without the path of its address, in which some
 * receivers carry a secret.
 */
function unreachable(url: URL, why: unknown): PostError {
  const inner = why instanceof Error && why.cause instanceof Error ? why.cause : why
  const code: unknown = inner instanceof Error ? Reflect.get(inner, 'code') : undefined
  const text =
    typeof code === 'string' ? code : inner instanceof Error ? inner.message : 'no answer'
  return new PostError(`${url.origin} gave no answer: ${text}`, 0)
}

async function sleep(delay: number, signal: AbortSignal, clock: Clock): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((resolve) => {
    const wake = (): void => {
      cancelTimer()
      signal.removeEventListener('abort', wake)
      resolve()
    }
    const cancelTimer = clock.setTimer(wake, delay)
    signal.addEventListener('abort', wake)
  })
}
