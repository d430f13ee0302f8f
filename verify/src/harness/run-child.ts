import { spawn } from 'node:child_process'
import { performance } from 'node:perf_hooks'
import { StringDecoder } from 'node:string_decoder'
import { atEnd } from './at-end.ts'
import type { MemoryGroup } from './cgroup.ts'

/** How a child ended. */
export type Death =
  | 'heap limit'
  | 'ineffective collections'
  | 'invalid table size'
  | 'worker out of memory'
  | 'killed'
  | 'timeout'
  | 'failed'

/** A program to run and watch. */
export interface ChildProgram {
  /** The path of a Node.js. */
  readonly node: string
  /** The path of a bundled program. */
  readonly script: string
  /** Flags for Node.js and V8. */
  readonly flags?: readonly string[]
  readonly args?: readonly string[]
  /** Over the environment of this process, from which `NODE_OPTIONS` is taken off. */
  readonly env?: Readonly<Record<string, string>>
  /** Ends the child after so many milliseconds. */
  readonly timeout: number
  readonly group?: MemoryGroup | undefined
  /** Called with each line as it comes; `kill` ends the child as the kernel would. */
  readonly onLine?: (line: ChildLine, kill: () => void) => void
}

/** One line the child wrote. */
export interface ChildLine {
  /** When it reached this process, in milliseconds since the child was started. */
  readonly at: number
  readonly [field: string]: unknown
}

/** What became of a child. */
export interface ChildOutcome {
  readonly lines: readonly ChildLine[]
  readonly code: number | null
  readonly signal: string | null
  /** `undefined` for a child that ended well. */
  readonly death: Death | undefined
  /** When it died: at the first word of a fatal error, else at its exit, in milliseconds since the start. */
  readonly endedAt: number
  readonly stderr: string
}

const fatal = /<--- Last few GCs --->|FATAL ERROR|# Fatal/
const longestStderr = 20_000

/** Runs a child to its end, stamping every JSON line of its stdout with the monotonic clock of this process. */
export function runChild(program: ChildProgram): Promise<ChildOutcome> {
  const { node, script, flags = [], args = [], env = {}, timeout, group, onLine } = program
  const words = [node, ...flags, script, ...args]
  // Joined before the exec, so that all the child ever allocates counts.
  const joining = ['/bin/sh', '-c', 'echo $$ > "$0" && exec "$@"', group?.procs ?? '']
  const [command = '', ...rest] = group === undefined ? words : [...joining, ...words]
  const { NODE_OPTIONS: _, ...inherited } = process.env
  const startedAt = performance.now()
  const child = spawn(command, rest, {
    env: { ...inherited, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const kill = (): void => void child.kill('SIGKILL')
  const forget = atEnd(kill)
  const passed = (): number => performance.now() - startedAt
  const lines: ChildLine[] = []
  let stderr = ''
  let fatalAt: number | undefined
  let late = false
  const take = (text: string): void => {
    const fields: unknown = parseLine(text)
    if (typeof fields !== 'object' || fields === null) return
    const line = { ...fields, at: passed() }
    lines.push(line)
    onLine?.(line, kill)
  }
  eachLine(child.stdout, take)
  child.stderr.on('data', (data: Buffer) => {
    if (stderr.length < longestStderr) stderr += data.toString()
    if (fatalAt === undefined && fatal.test(stderr)) fatalAt = passed()
  })
  const watchdog = setTimeout(() => {
    late = true
    kill()
  }, timeout)
  return new Promise((resolve, reject) => {
    let exitedAt = 0
    child.on('error', reject)
    child.on('exit', () => {
      exitedAt = passed()
    })
    child.on('close', (code, signal) => {
      clearTimeout(watchdog)
      forget()
      const workerDied = lines.find((line) => line['type'] === 'worker-died')
      const death = late ? 'timeout' : howItDied(stderr, code, signal, workerDied !== undefined)
      const endedAt = fatalAt ?? workerDied?.at ?? exitedAt
      resolve({ lines, code, signal, death, endedAt, stderr })
    })
  })
}

function howItDied(
  stderr: string,
  code: number | null,
  signal: string | null,
  workerDied: boolean,
): Death | undefined {
  if (/Ineffective mark-compacts/.test(stderr)) return 'ineffective collections'
  if (/invalid table size/i.test(stderr)) return 'invalid table size'
  if (/Reached heap limit|heap out of memory/.test(stderr)) return 'heap limit'
  if (workerDied) return 'worker out of memory'
  if (signal === 'SIGKILL') return 'killed'
  return code === 0 ? undefined : 'failed'
}

/** Calls `take` with each whole line; what a dying process wrote half is left out. */
function eachLine(stream: NodeJS.ReadableStream, take: (text: string) => void): void {
  const decoder = new StringDecoder()
  let rest = ''
  stream.on('data', (data: Buffer) => {
    rest += decoder.write(data)
    const parts = rest.split('\n')
    rest = parts.pop() ?? ''
    parts.forEach(take)
  })
}

function parseLine(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
