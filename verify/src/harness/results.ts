import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Results of runs, kept in a file of JSON lines so that hours of measuring survive an interruption. */
export class Results<R extends { readonly key: string }> {
  readonly #file: string | undefined
  readonly #done = new Map<string, R>()

  /** With `resume` the runs that the file holds count as done. */
  constructor(file: string | undefined, resume: boolean) {
    this.#file = file
    if (file === undefined) return
    mkdirSync(dirname(file), { recursive: true })
    if (!resume || !existsSync(file)) return
    for (const text of readFileSync(file, 'utf8').split('\n')) {
      // The last line may be torn.
      try {
        const result = JSON.parse(text) as R
        this.#done.set(result.key, result)
      } catch {}
    }
  }

  /** The result of a run that was done before. */
  get(key: string): R | undefined {
    return this.#done.get(key)
  }

  add(result: R): void {
    this.#done.set(result.key, result)
    if (this.#file !== undefined) appendFileSync(this.#file, `${JSON.stringify(result)}\n`)
  }
}
