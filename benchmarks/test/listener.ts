import type { Output } from '../src/policies/output.ts'

/** An output that keeps the lines it is told. */
export interface Listener extends Output {
  readonly lines: readonly string[]
}

export function listener(): Listener {
  const lines: string[] = []
  return { lines, print: (text) => lines.push(...text.split('\n')), write: () => {} }
}
