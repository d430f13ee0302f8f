import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** A request as it arrived. */
export interface Received {
  readonly method: string | undefined
  readonly path: string | undefined
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** How a receiver answers. */
export type Answer = (response: ServerResponse) => void

/** An answer with a status and nothing else. */
export function status(code: number, headers: Record<string, string> = {}): Answer {
  return (response) => {
    response.writeHead(code, headers).end()
  }
}

/** Answers nothing. */
export const hang: Answer = () => {}

/** Breaks the connection. */
export const reset: Answer = (response) => {
  response.socket?.resetAndDestroy()
}

/** Answers with what is no HTTP. */
export const garble: Answer = (response) => {
  response.socket?.end('no such protocol\r\n\r\n')
}

/** Answers well, with a body that never ends. */
export const endless: Answer = (response) => {
  response.writeHead(200)
  const more = (): void => {
    if (!response.destroyed && response.write('x'.repeat(10_000))) setImmediate(more)
  }
  response.on('drain', more)
  more()
}

/** A real HTTP server on this machine that answers as it is told. */
export class Receiver {
  readonly received: Received[] = []
  readonly url: string
  /** Connections that are open now. */
  connections = 0
  answer: Answer
  readonly #server: ReturnType<typeof createServer>

  private constructor(server: ReturnType<typeof createServer>, answer: Answer) {
    this.#server = server
    this.answer = answer
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    server.on('connection', (socket) => {
      this.connections++
      socket.on('close', () => {
        this.connections--
      })
    })
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const { method, url: path, headers } = request
        this.received.push({ method, path, headers, body: Buffer.concat(chunks).toString() })
        this.answer(response)
      })
    })
  }

  /** Starts a receiver, which ends with the test; without a port, at any. */
  static async start(answer: Answer = status(200), port = 0): Promise<Receiver> {
    const server = createServer().listen(port, '127.0.0.1')
    await once(server, 'listening')
    const receiver = new Receiver(server, answer)
    onTestFinished(() => receiver.close())
    return receiver
  }

  /** The bodies of the requests, parsed. */
  get bodies(): readonly unknown[] {
    return this.received.map(({ body }) => JSON.parse(body) as unknown)
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return
    this.#server.close()
    this.#server.closeAllConnections()
    await once(this.#server, 'close')
  }
}

/** Waits until something is so; the time limit of the test is the only one. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise<void>((resolve) => setTimeout(resolve, 1))
}
