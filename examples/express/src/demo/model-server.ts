import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A language model of the demo's own. */
export interface ModelServer {
  readonly url: string
  stop(): void
}

const paragraph =
  'This text was not written by a model: it stands in for one, with its latency and its length. '

/**
 * Starts a SIMULATED language model on loopback: it waits as long as a model would and answers with a text of the
 * usual length and its token counts. It calls nothing and costs nothing.
 */
export async function startModelServer(latency = 250): Promise<ModelServer> {
  let calls = 0
  const server = createServer((request, response) => {
    calls += 1
    let prompt = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => {
      prompt += chunk
    })
    request.on('end', () => {
      // The latency varies with the prompt, not by chance: both runs of the demo meet the same model.
      const wait = latency * (0.6 + ((prompt.length * 37) % 80) / 100)
      setTimeout(() => {
        const text = `[simulated answer ${calls}] ${paragraph.repeat(100)}`
        const usage = {
          inputTokens: Math.ceil(prompt.length / 4),
          outputTokens: Math.ceil(text.length / 4),
        }
        response.setHeader('content-type', 'application/json')
        response.end(JSON.stringify({ simulated: true, text, usage }))
      }, wait)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}
