import { Agent, get } from 'node:http'

/** Keeps `connections` requests at a server on loopback under way until `stop` is called. */
export function loadServer(port: number, connections: number): { stop(): void } {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  let stopped = false
  const next = (): void => {
    if (stopped) return
    get({ port, host: '127.0.0.1', agent }, (response) => {
      response.resume()
      response.once('end', next)
    }).once('error', () => {
      // The server has gone; so does the load.
      stopped = true
    })
  }
  for (let each = 0; each < connections; each++) next()
  return {
    stop() {
      stopped = true
      agent.destroy()
    },
  }
}
