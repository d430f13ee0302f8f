import type { FlightContext, Landing } from '../src/single-flight.ts'

/** A load that a test ends when it likes. */
export class Load {
  readonly promise: Promise<string>
  resolve: (value: string) => void = () => {}
  reject: (error: unknown) => void = () => {}
  calls = 0
  signal: AbortSignal | undefined

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
  }

  readonly loader = (_: string, { signal }: FlightContext): Promise<string> => {
    this.calls += 1
    this.signal = signal
    return this.promise
  }
}

/** Takes note of what becomes of a load. */
export class Landed implements Landing<string> {
  readonly values: string[] = []
  readonly errors: unknown[] = []
  instead: { value: string } | undefined

  loaded(value: string): void {
    this.values.push(value)
  }

  failed(error: unknown): void {
    this.errors.push(error)
  }

  fallback(): { value: string } | undefined {
    return this.instead
  }
}

/** Lets every promise that can settle do so. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve()
}
