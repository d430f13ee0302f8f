const pending = new Set<() => void>()
let attached = false

/**
 * Calls `undo` when this process ends, by a signal too; returns a function that takes that back. One listener
 * serves all: a command makes hundreds of children.
 */
export function atEnd(undo: () => void): () => void {
  attach()
  pending.add(undo)
  return () => {
    pending.delete(undo)
  }
}

function attach(): void {
  if (attached) return
  attached = true
  process.once('exit', () => {
    for (const undo of [...pending].reverse()) undo()
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
}
