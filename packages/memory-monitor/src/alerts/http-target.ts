import { Buffer } from 'node:buffer'
import { CultusError, invalidOption, numberOption } from '@cultus/core'
import { type HttpRetryOptions, resolveRetry } from './retry.ts'

/** Where and how a sink posts. */
export interface HttpSinkOptions {
  /**
   * An `http:` or `https:` address. User and password in it are sent as basic
   * authentication and never shown.
   */
  readonly url: string | URL
  /**
   * Headers to send with each request.
   *
   * @defaultValue none but those of JSON
   */
  readonly headers?: Readonly<Record<string, string>>
  /**
   * How long one try may take, in milliseconds.
   *
   * @defaultValue 5000
   */
  readonly timeout?: number
  /** @defaultValue 5 tries within 30 s, with pauses from 500 ms that double up to 10 s */
  readonly retry?: HttpRetryOptions
}

/** Settings of a request with every default filled in. */
export interface HttpTarget {
  readonly url: URL
  readonly headers: Headers
  readonly timeout: number
  readonly retry: Required<HttpRetryOptions>
}

/**
 * Fills in defaults and refuses what cannot be meant. No message shows the address: it
 * may hold a secret.
 *
 * @throws CultusError `CULTUS_INVALID_OPTION`
 */
export function resolveHttpTarget(options: HttpSinkOptions): HttpTarget {
  if (typeof options !== 'object' || options === null)
    throw invalidOption('options', 'be an object', options)
  const url = readUrl(options.url)
  const headers = readHeaders(options.headers)
  if ((url.username !== '' || url.password !== '') && !headers.has('authorization')) {
    const user = `${decode(url.username)}:${decode(url.password)}`
    headers.set('authorization', `Basic ${Buffer.from(user).toString('base64')}`)
  }
  url.username = ''
  url.password = ''
  return {
    url,
    headers,
    timeout: numberOption('timeout', options.timeout ?? 5_000, 1, 3_600_000),
    retry: resolveRetry(options.retry),
  }
}

function readUrl(given: unknown): URL {
  const must = 'be an `http:` or `https:` URL'
  if (typeof given !== 'string' && !(given instanceof URL)) throw invalidOption('url', must, given)
  const url = URL.canParse(String(given)) ? new URL(given) : undefined
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url
  // The text itself is not shown: a mistyped address may hold a secret too.
  const got = url === undefined ? 'a text that is none' : url.protocol
  throw new CultusError('CULTUS_INVALID_OPTION', `\`url\` must ${must}, got ${got}`)
}

function readHeaders(given: unknown): Headers {
  const defaults = {
    'content-type': 'application/json',
    'user-agent': 'cultus',
    // Alerts are rare: a connection kept for the next would mostly be a stale one.
    connection: 'close',
  }
  try {
    return new Headers({ ...defaults, ...lowerCased(given) })
  } catch {
    // The message of the host would show the value, and so would ours show a text:
    // it may be a secret.
    throw new CultusError(
      'CULTUS_INVALID_OPTION',
      '`headers` must be an object of valid header names and values',
    )
  }
}

function lowerCased(headers: unknown): Record<string, string> {
  if (headers === undefined) return {}
  // A list, a map or the `Headers` of the platform would lose its headers here without a word.
  if (typeof headers !== 'object' || headers === null || Symbol.iterator in headers)
    throw new TypeError()
  const entries = Object.entries(headers)
  // The platform would send any other value as its text, such as `undefined`.
  if (entries.some(([, value]) => typeof value !== 'string')) throw new TypeError()
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), value]))
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
