/** What is needed of a socket to learn that it closed. */
export interface PermitSocket {
  readonly destroyed: boolean
  once(event: 'close', listener: () => void): unknown
}

/** What is needed of a response to learn that it is over. */
export interface PermitResponse {
  readonly destroyed: boolean
  readonly socket: unknown
  once(event: 'finish' | 'close', listener: () => void): unknown
}

const pipelined = new WeakMap<PermitSocket, Set<() => void>>()

/** Whether nobody is left to answer, so that the response would never be over. */
export function isGone(response: PermitResponse, socket: PermitSocket): boolean {
  return response.destroyed || socket.destroyed
}

/** Calls `release` once, when the response was handed to the system or its connection closed. */
export function onceOver(
  response: PermitResponse,
  socket: PermitSocket,
  release: () => void,
): void {
  let over = false
  const end = (): void => {
    if (over) return
    over = true
    pipelined.get(socket)?.delete(end)
    release()
  }
  response.once('finish', end)
  response.once('close', end)
  // A response that waits behind another on its connection has no socket yet, and in Node 20 and 22 it
  // says nothing at all when that connection closes.
  if (response.socket === null) pipelinedOn(socket).add(end)
}

/** One listener for each socket: one for each request would warn of a leak from the eleventh on. */
function pipelinedOn(socket: PermitSocket): Set<() => void> {
  const known = pipelined.get(socket)
  if (known !== undefined) return known
  const ends = new Set<() => void>()
  pipelined.set(socket, ends)
  socket.once('close', () => {
    for (const end of ends) end()
  })
  return ends
}
