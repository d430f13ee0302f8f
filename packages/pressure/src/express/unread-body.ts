/** What is needed of a request to discard its body. */
export interface BodyRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  on(event: 'data', listener: (chunk: { readonly length: number }) => void): unknown
  destroy(): unknown
}

/** A refused client may still send this many bytes before its connection is cut: 1 MiB. */
const mostDiscarded = 2 ** 20

/**
 * Reads the body of a refused request and drops it, so that the connection can carry the next one.
 *
 * Closing at once would be cheaper, but a client that is still sending then sees a reset instead of the
 * answer (RFC 9112 §9.6). One that goes on sending although it was answered is cut off.
 */
export function discardBody(request: BodyRequest): void {
  const { headers } = request
  if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) return
  let discarded = 0
  request.on('data', ({ length }) => {
    discarded += length
    if (discarded > mostDiscarded) request.destroy()
  })
}
