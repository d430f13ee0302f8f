import { spawn } from 'node:child_process'
import { onTestFinished } from 'vitest'

/** What a program told before it ended. */
export interface Told {
  /** The JSON lines it wrote. */
  readonly lines: readonly Readonly<Record<string, unknown>>[]
  readonly code: number | null
  readonly errors: string
}

/** Runs a program that writes JSON lines until it ends by itself, and returns what it told. */
export function toldBy(program: string, ...settings: readonly string[]): Promise<Told> {
  const child = spawn(process.execPath, [program, ...settings], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '' },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  let errors = ''
  child.stdout.on('data', (data) => {
    output += data
  })
  child.stderr.on('data', (data) => {
    errors += data
  })
  return new Promise((resolve) => {
    child.on('close', (code) => {
      const lines = output.split('\n').filter((line) => line !== '')
      resolve({ lines: lines.map((line) => JSON.parse(line)), code, errors })
    })
  })
}
