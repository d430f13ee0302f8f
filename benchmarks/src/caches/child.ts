import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { atEnd } from '../../../verify/src/harness/at-end.ts'

/** What a child says first. */
export interface Hello {
  readonly node: string
  readonly v8: string
  /** The package that it measures, and its version. */
  readonly from?: string
  readonly version?: string
  /** Why it can measure nothing. */
  readonly missing?: string
}

/** How a child is started. */
interface ChildProgram {
  /** The path of a Node.js. */
  readonly node: string
  /** The path of a bundled program. */
  readonly script: string
  /** What it is told, as JSON. */
  readonly setting: object
  /** Further flags for Node.js and V8. */
  readonly flags?: readonly string[]
}

/** How long one answer may take, in milliseconds: filling a million entries takes some a minute. */
const patience = 300_000
/** Code that is thrown away between two readings of the heap would be taken for a cache that shrank. */
const always = ['--expose-gc', '--no-flush-bytecode', '--max-old-space-size=6144']

/** A process that measures one subject, and answers one request at a time. */
export class Child {
  readonly #process: ChildProcess
  readonly #forget: () => void

  constructor({ node, script, setting, flags = [] }: ChildProgram) {
    const { NODE_OPTIONS: _, ...env } = process.env
    const options = { execPath: node, execArgv: [...always, ...flags], env }
    this.#process = fork(script, [JSON.stringify(setting)], options)
    this.#forget = atEnd(() => this.#process.kill('SIGKILL'))
  }

  /** Asks for something, and returns the answer; rejects where the child fails, ends or takes too long. */
  async ask<Answer>(request: object): Promise<Answer> {
    const ended = new AbortController()
    const { signal } = ended
    const waiting = setTimeout(() => ended.abort(), patience)
    const death = once(this.#process, 'exit', { signal }).then(([code, killedBy]) => {
      throw new Error(`it ended with ${code ?? killedBy}`)
    })
    const message = once(this.#process, 'message', { signal })
    this.#process.send(request)
    try {
      const [answer] = await Promise.race([message, death])
      if (typeof answer?.failed === 'string') throw new Error(answer.failed)
      return answer as Answer
    } catch (error) {
      if (!signal.aborted) throw error
      throw new Error(`it gave no answer in ${patience / 1_000} s`)
    } finally {
      clearTimeout(waiting)
      ended.abort()
      await Promise.allSettled([message, death])
    }
  }

  /** Ends the process, and returns when its memory is free. */
  async end(): Promise<void> {
    this.#forget()
    const { exitCode, signalCode } = this.#process
    if (exitCode !== null || signalCode !== null) return
    const exit = once(this.#process, 'exit')
    this.#process.kill('SIGKILL')
    await exit
  }
}
