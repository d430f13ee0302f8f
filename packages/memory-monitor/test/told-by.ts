import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

/** What a program told before it ended. */
export interface Told {
  /** The JSON lines it wrote. */
  readonly lines: readonly Readonly<Record<string, unknown>>[]
  readonly code: number | null
  readonly errors: string
}

/** The arguments with which Node.js runs a program of the `children` folder from the sources. */
export function fromSource(program: string): readonly string[] {
  const path = fileURLToPath(new URL(`children/${program}`, import.meta.url))
  return ['--conditions=@cultus/source', '--import', 'tsx', path]
}

/** Runs Node.js with a program that writes JSON lines until it ends by itself, and returns what it told. */
export function toldBy(...words: readonly string[]): Promise<Told> {
  const child = spawn(process.execPath, words, {
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
