const longest = 300

/**
 * What a failure says of itself in one line, fit for a log: with its cause, without the credentials
 * of a URL, and not longer than 300 characters. Never throws, whatever was thrown.
 */
export function failureReason(error: unknown): string {
  try {
    return withoutCredentials(describe(error)).replace(/\s+/g, ' ').slice(0, longest)
  } catch {
    return 'an error that cannot be shown'
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return typeof error === 'string' ? error : typeof error
  const { cause } = error
  if (!(cause instanceof Error)) return error.message
  const code: unknown = Reflect.get(cause, 'code')
  return `${error.message}: ${typeof code === 'string' ? code : cause.message}`
}

function withoutCredentials(text: string): string {
  return text.slice(0, 10 * longest).replace(/\/\/[^\s/?#]*@/g, '//')
}
