import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { SignJWT } from 'jose'
import { Client } from 'undici'
import {
  classOf,
  isHasty,
  nextRequest,
  type Phase,
  type PlannedRequest,
  type RequestClass,
  randomOf,
  thinkTime,
} from './traffic.ts'

/*
 * The load: users that each keep one connection open, think, ask, and wait for the answer. Runs in a process of its
 * own and tells its parent each second what it saw. Nobody heeds `Retry-After`: users are not polite.
 */

/** What the parent says to begin. */
export interface LoadOrder {
  readonly url: string
  readonly secret: string
  readonly seed: number
  readonly users: number
  /** Over how many milliseconds the users arrive. */
  readonly arrival: number
}

/** Latencies of one kind of answer, in milliseconds. */
export interface Latencies {
  readonly count: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
}

export type Tally = Record<RequestClass, { served: number; shed: number; failed: number }>

/** What was seen in one phase so far. */
export interface PhaseFigures {
  readonly tally: Tally
  readonly hotHits: number
  readonly hotRequests: number
  readonly cached: Latencies
  readonly uncached: Latencies
  /** Answers with a 5xx status that is no 503 with `Retry-After`. */
  readonly wrongAnswers: number
}

export type LoadFigures = Partial<Record<Phase, PhaseFigures>>

/** What was seen in the last second. */
export interface LoadProgress {
  readonly type: 'progress'
  readonly phase: Phase
  readonly perSecond: number
  readonly hitRatio: number
  readonly p95: number
  readonly connections: number
  readonly tally: Tally
}

export interface LoadDone {
  readonly type: 'done'
  readonly figures: LoadFigures
}

class Recorder {
  readonly tally: Tally = {
    essential: { served: 0, shed: 0, failed: 0 },
    standard: { served: 0, shed: 0, failed: 0 },
    background: { served: 0, shed: 0, failed: 0 },
  }
  readonly cached: RecordableHistogram = createHistogram()
  readonly uncached: RecordableHistogram = createHistogram()
  hotHits = 0
  hotRequests = 0
  wrongAnswers = 0

  served({ requestClass, hot }: PlannedRequest, hit: boolean, milliseconds: number): void {
    this.tally[requestClass].served += 1
    if (hot) this.hotRequests += 1
    if (hot && hit) this.hotHits += 1
    const histogram = hit ? this.cached : this.uncached
    histogram.record(Math.max(1, Math.round(milliseconds * 1_000)))
  }

  figures(): PhaseFigures {
    const { tally, hotHits, hotRequests, wrongAnswers } = this
    return {
      tally,
      hotHits,
      hotRequests,
      wrongAnswers,
      cached: latencies(this.cached),
      uncached: latencies(this.uncached),
    }
  }
}

function latencies(histogram: RecordableHistogram): Latencies {
  const at = (percentile: number): number =>
    histogram.count === 0 ? 0 : histogram.percentile(percentile) / 1_000
  return { count: histogram.count, p50: at(50), p95: at(95), p99: at(99) }
}

const recorders: Partial<Record<Phase, Recorder>> = {}
let phase: Phase = 'calm'
let stopped = false
let connections = 0
let second = new Recorder()

function recorderOf(each: Phase): Recorder {
  recorders[each] ??= new Recorder()
  return recorders[each]
}

async function live(user: number, { url, secret, seed, arrival }: LoadOrder): Promise<void> {
  const random = randomOf(seed + user)
  const requestClass = classOf(user)
  const token = await new SignJWT({ role: requestClass })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(`user-${user}`)
    .setIssuer('quiz')
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(secret))
  const client = new Client(url, { headersTimeout: 30_000, bodyTimeout: 30_000 })
  client.on('connect', () => connections++)
  client.on('disconnect', () => connections--)
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  // Users arrive over a while: a thousand connections in one instant is no calm.
  await sleep(random() * arrival)
  while (!stopped) {
    await ask(client, nextRequest(requestClass, phase, random), headers)
    if (phase === 'storm' && isHasty(user)) continue
    // Exponential, so that users do not march in step; the sum over all is a Poisson stream.
    await sleep(Math.min(5 * thinkTime, -Math.log(1 - random()) * thinkTime))
  }
  await client.destroy()
}

async function ask(
  client: Client,
  planned: PlannedRequest,
  headers: Record<string, string>,
): Promise<void> {
  // An answer counts for the phase in which it was asked for.
  const targets = [recorderOf(phase), second]
  const started = performance.now()
  const { method, path, body, requestClass } = planned
  try {
    const response = await client.request({ method, path, headers, body: body ?? null })
    await response.body.dump({ limit: 2 ** 30 })
    const elapsed = performance.now() - started
    const { statusCode } = response
    const shed = statusCode === 503 && response.headers['retry-after'] !== undefined
    const hit = String(response.headers['cache-status']).endsWith('; hit')
    for (const each of targets) {
      if (statusCode < 300) each.served(planned, hit, elapsed)
      else if (shed) each.tally[requestClass].shed += 1
      else {
        each.tally[requestClass].failed += 1
        if (statusCode >= 500) each.wrongAnswers += 1
      }
    }
  } catch {
    if (stopped) return
    for (const each of targets) each.tally[requestClass].failed += 1
    // The server is gone or going: do not spin while the parent finds out.
    await sleep(250)
  }
}

function tellProgress(): void {
  const { hotHits, hotRequests, cached, tally } = second
  const served = Object.values(tally).reduce((sum, each) => sum + each.served, 0)
  const message: LoadProgress = {
    type: 'progress',
    phase,
    perSecond: served,
    hitRatio: hotRequests === 0 ? 0 : hotHits / hotRequests,
    p95: latencies(cached).p95,
    connections,
    tally,
  }
  process.send?.(message)
  second = new Recorder()
}

process.on(
  'message',
  async (
    message:
      | { type: 'start'; order: LoadOrder }
      | { type: 'phase'; phase: Phase }
      | { type: 'stop' },
  ) => {
    if (message.type === 'phase') phase = message.phase
    if (message.type === 'start') {
      for (let user = 0; user < message.order.users; user++) void live(user, message.order)
      setInterval(tellProgress, 1_000)
    }
    if (message.type === 'stop') {
      stopped = true
      const figures: LoadFigures = Object.fromEntries(
        Object.entries(recorders).map(([name, recorder]) => [name, recorder.figures()]),
      )
      process.send?.({ type: 'done', figures } satisfies LoadDone, () => process.exit())
    }
  },
)
process.on('disconnect', () => process.exit())
