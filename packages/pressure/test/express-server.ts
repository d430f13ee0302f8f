import { once } from 'node:events'
import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { PressureLevel } from '@cultus/core'
import { scriptedPressure } from '@cultus/core/testing'
import express, { type Express, type Request, type Response } from 'express'
import { vi } from 'vitest'
import {
  AdmissionController,
  type AdmissionControllerOptions,
} from '../src/admission/controller.ts'
import type { RequestClass } from '../src/admission/request-class.ts'
import { type SheddingOptions, shedding } from '../src/express/index.ts'

const cleanups: (() => unknown)[] = []

/** Closes every server and connection that a test opened. */
export async function closeAll(): Promise<void> {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup()
}

/** Closes one more thing at the end of the test. */
export function atTheEnd(cleanup: () => unknown): void {
  cleanups.push(cleanup)
}

/** An Express app that sheds, on a port of its own, and what a test does with it. */
export interface Scene {
  readonly admission: AdmissionController
  readonly app: Express
  readonly port: number
  readonly origin: string
  readonly agent: Agent
  readonly set: (level: PressureLevel) => void
  /** Responses of the route `/held`, which answers when a test says so. */
  readonly held: { readonly request: Request; readonly response: Response }[]
  readonly sockets: Socket[]
}

type Settings = AdmissionControllerOptions & Partial<SheddingOptions<Request>>

/** The class a request asks for in its query, `standard` without one. */
export const byQuery = (req: Request): RequestClass =>
  (req.query['class'] ?? 'standard') as RequestClass

/** Serves until {@link closeAll}. */
export async function serving(
  settings: Settings = {},
  before?: (app: Express) => void,
): Promise<Scene> {
  const pressure = scriptedPressure()
  const admission = new AdmissionController({ ...pressure, ...settings })
  const app = express()
  // Express logs errors of handlers unless it knows it is tested.
  app.set('env', 'test')
  before?.(app)
  const { classify = byQuery, exempt } = settings
  app.use(shedding({ admission, classify, ...(exempt && { exempt }) }))
  const held: Scene['held'] = []
  app.get('/held', (request, response) => held.push({ request, response }))
  app.get(['/', '/healthz', '/livez', '/readyz', '/metrics'], (_, response) => response.json('ok'))
  app.get('/throws', () => {
    throw new Error('the handler threw')
  })
  app.get('/rejects', () => Promise.reject(new Error('the handler rejected')))
  app.get('/destroys', (_, response) => response.destroy())
  app.post('/', express.json({ limit: '100mb' }), (req, response) => {
    response.json({ keys: Object.keys(req.body) })
  })
  const server = app.listen(0, '127.0.0.1')
  const sockets: Socket[] = []
  server.on('connection', (socket) => sockets.push(socket))
  await once(server, 'listening')
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  cleanups.push(
    () => new Promise((resolve) => server.close(resolve)),
    () => server.closeAllConnections(),
    () => agent.destroy(),
  )
  const { port } = server.address() as AddressInfo
  const origin = `http://127.0.0.1:${port}`
  const set = (level: PressureLevel): void => pressure.set(level)
  return { admission, app, port, origin, agent, set, held, sockets }
}

interface Answer {
  readonly status: number | undefined
  readonly headers: IncomingMessage['headers']
  readonly text: string
  readonly reused: boolean
}

/** Sends one request over the kept-alive connection of the scene, and reads the whole answer. */
export async function send(
  { origin, agent }: Scene,
  path: string,
  { method = 'GET', body }: { method?: string; body?: string } = {},
): Promise<Answer> {
  const headers = body === undefined ? {} : { 'content-type': 'application/json' }
  const outgoing: ClientRequest = request(`${origin}${path}`, { agent, method, headers })
  outgoing.end(body)
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
  let text = ''
  for await (const chunk of response.setEncoding('utf8')) text += chunk
  const { statusCode: status, headers: received } = response
  return { status, headers: received, text, reused: outgoing.reusedSocket }
}

/** Waits for what the network brings about. */
export const until = (condition: () => void): Promise<void> =>
  vi.waitFor(condition, { interval: 2, timeout: 5_000 })
