import { invalidOption, isolate, warnOnce } from '@cultus/core'
import type { AdmissionController, ShedReason } from '../admission/controller.ts'
import { shedProblem } from '../admission/problem.ts'
import { isRequestClass, type RequestClass } from '../admission/request-class.ts'
import { isGone, onceOver, type PermitResponse, type PermitSocket } from './permit.ts'
import { type BodyRequest, discardBody } from './unread-body.ts'

export type { BodyRequest, PermitResponse, PermitSocket }

/** What the middleware uses of an Express request. */
export interface SheddingRequest extends BodyRequest {
  readonly method: string
  /** The URL as the client sent it, whatever the middleware is mounted on. */
  readonly originalUrl: string
  /** The path within what the middleware is mounted on. */
  readonly path: string
  readonly socket: PermitSocket
}

/** What the middleware uses of an Express response. */
export interface SheddingResponse extends PermitResponse {
  statusCode: number
  setHeader(name: string, value: string | number): unknown
  end(body: string): unknown
}

/** A function that Express accepts as middleware. */
export type SheddingMiddleware<Req> = (
  request: Req,
  response: SheddingResponse,
  next: () => void,
) => void

/** Settings for {@link shedding}. */
export interface SheddingOptions<Req> {
  /** Who decides; an `AdmissionController`. */
  readonly admission: Pick<AdmissionController, 'admit' | 'level' | 'release' | 'retryAfter'>
  /**
   * How much a request matters; called before the body was read. One that throws or returns no class
   * counts as `standard`, and is reported once as a process warning.
   */
  readonly classify: (request: Req) => RequestClass
  /**
   * Whether a request always passes, and holds no place: only `true` does.
   *
   * @defaultValue `GET` and `HEAD` of `/livez`, `/readyz`, `/healthz` and `/metrics`.
   */
  readonly exempt?: (request: Req) => boolean
}

const healthPaths = new Set(['/livez', '/readyz', '/healthz', '/metrics'])

/**
 * Makes Express middleware that answers 503 to the requests its admission controller refuses.
 *
 * Mount it before any body parser, so that a refused body is never parsed. An admitted request holds its
 * place until its response finished or its connection closed. A request whose client has gone already is
 * dropped.
 *
 * @throws CultusError `CULTUS_INVALID_OPTION`
 *
 * @example
 * ```ts
 * import { AdmissionController } from '@cultus/pressure'
 * import { shedding } from '@cultus/pressure/express'
 * import express from 'express'
 *
 * const app = express()
 * const admission = new AdmissionController()
 * app.use(shedding({ admission, classify: (req) => (req.method === 'GET' ? 'standard' : 'essential') }))
 * ```
 */
export function shedding<Req extends SheddingRequest = SheddingRequest>(
  options: SheddingOptions<Req>,
): SheddingMiddleware<Req> {
  const { admission, classify, exempt = isHealthRoute } = options
  for (const method of ['admit', 'release', 'retryAfter'] as const) {
    if (typeof admission?.[method] !== 'function')
      throw invalidOption('admission', 'be an admission controller', admission)
  }
  if (typeof classify !== 'function') throw invalidOption('classify', 'be a function', classify)
  if (typeof exempt !== 'function') throw invalidOption('exempt', 'be a function', exempt)

  return (request, response, next) => {
    if (isolate('`exempt` of the shedding middleware', () => exempt(request)) === true) {
      next()
      return
    }
    if (isGone(response, request.socket)) return
    const requestClass = classOf(request, classify)
    const verdict = admission.admit(requestClass)
    if (verdict === 'admitted') {
      onceOver(response, request.socket, () => admission.release(requestClass))
      next()
      return
    }
    refuse(request, response, { admission, requestClass, reason: verdict })
  }
}

function classOf<Req>(request: Req, classify: (request: Req) => RequestClass): RequestClass {
  const answer = isolate('`classify` of the shedding middleware', () => classify(request))
  if (isRequestClass(answer)) return answer
  warnOnce(
    'CULTUS_W_REQUEST_CLASS',
    '`classify` of the shedding middleware returned no request class: the request counts as `standard`',
  )
  return 'standard'
}

function refuse(
  request: SheddingRequest,
  response: SheddingResponse,
  refusal: {
    readonly admission: SheddingOptions<never>['admission']
    readonly requestClass: RequestClass
    readonly reason: ShedReason
  },
): void {
  const { admission, requestClass, reason } = refusal
  const retryAfter = admission.retryAfter()
  const body = shedProblem(admission.level, requestClass, reason, retryAfter)
  response.statusCode = 503
  response.setHeader('Retry-After', retryAfter)
  response.setHeader('Cache-Control', 'no-store')
  response.setHeader('Content-Type', 'application/problem+json')
  response.setHeader('Content-Length', body.length)
  response.end(body)
  discardBody(request)
}

function isHealthRoute({ method, originalUrl }: SheddingRequest): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false
  const query = originalUrl.indexOf('?')
  return healthPaths.has(query < 0 ? originalUrl : originalUrl.slice(0, query))
}
