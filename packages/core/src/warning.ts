interface HostProcess {
  emitWarning?(message: string, options: { type: string; code: string }): void
}

const warned = new Set<string>()

/**
 * Emits a process warning (`CultusWarning` with `code`) once per `code` and `subject`.
 *
 * Silent where there is no `process.emitWarning`. Never throws.
 */
export function warnOnce(code: `CULTUS_W_${string}`, message: string, subject = ''): void {
  const key = `${code} ${subject}`
  // The set is bounded: a subject that varies without end must not become a leak.
  if (warned.has(key) || warned.size >= 256) return
  warned.add(key)
  try {
    const host = (globalThis as { process?: HostProcess }).process
    host?.emitWarning?.(message, { type: 'CultusWarning', code })
  } catch {
    // A host that forbids warnings has asked for silence.
  }
}
