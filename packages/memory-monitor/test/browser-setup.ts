import { PressureBus } from '@cultus/core'
import { FakeClock } from '@cultus/core/testing'
import { onTestFinished } from 'vitest'
import { BrowserMemoryMonitor, type BrowserMemoryMonitorOptions } from '../src/browser/index.ts'
import type { BrowserSources, PageMeasurement, ScriptHeap } from '../src/browser/sources.ts'

/** A page whose memory a test sets; `undefined` is what the browser does not tell. */
class FakePage implements BrowserSources {
  deviceBytes: number | undefined
  measures = true
  heap: ScriptHeap | undefined = { usedBytes: 10, limitBytes: 100 }
  /** What the next measurement finds. */
  live: PageMeasurement = { totalBytes: 10, scriptBytes: 10 }
  fails = false
  asked = 0
  #answers: (() => void)[] = []

  scriptHeap(): ScriptHeap | undefined {
    if (this.fails) throw new Error('no reading')
    return this.heap
  }

  measure(): Promise<PageMeasurement> {
    this.asked++
    return new Promise((resolve, reject) => {
      this.#answers.push(() =>
        this.fails ? reject(new Error('no measurement')) : resolve(this.live),
      )
    })
  }

  /** Answers every measurement that was asked for, and lets the answer be heard. */
  async answer(): Promise<void> {
    for (const answer of this.#answers.splice(0)) answer()
    for (let turn = 0; turn < 4; turn++) await Promise.resolve()
  }

  /** Puts the page at so many live bytes, and so many of garbage. */
  hold(live: number, garbage = 0): void {
    this.live = { totalBytes: live, scriptBytes: live }
    this.heap = { usedBytes: live + garbage, limitBytes: 100 }
  }
}

/** A browser monitor and all that it touches. */
export interface BrowserSetup {
  readonly clock: FakeClock
  readonly bus: PressureBus
  readonly page: FakePage
  readonly monitor: BrowserMemoryMonitor
  /** Lets time pass in steps, with measurements answered after each. */
  pass(milliseconds: number): Promise<void>
}

/** A monitor of a page with a script heap of 100 bytes, stopped after the test. */
export function setBrowser(options: BrowserMemoryMonitorOptions = {}): BrowserSetup {
  const clock = new FakeClock(1_000)
  const bus = new PressureBus({ clock })
  const page = new FakePage()
  const monitor = new BrowserMemoryMonitor({ bus, clock, sources: page, ...options })
  onTestFinished(() => monitor.stop())
  return {
    clock,
    bus,
    page,
    monitor,
    async pass(milliseconds) {
      for (let left = milliseconds; left > 0; left -= 500) {
        clock.advance(Math.min(left, 500))
        await page.answer()
      }
    },
  }
}
