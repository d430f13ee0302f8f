import { invalidArgument, invalidOption, numberOption } from '@cultus/core'
import { seededRandom } from './random.ts'
import { SyntheticHeap } from './synthetic-heap.ts'
import type { EndTraceEvent, Trace, TraceEvent } from './trace.ts'
import { traceVersion } from './trace.ts'
import {
  type Demand,
  type Workload,
  type WorkloadName,
  type WorkloadSettings,
  workloads,
} from './workloads.ts'

/** Settings for {@link syntheticTrace}; those of the workload have defaults of its own. */
export interface SyntheticTraceOptions extends Partial<WorkloadSettings> {
  /** @defaultValue 1 */
  readonly seed?: number
  /**
   * How long the trace is if nothing dies, in minutes.
   *
   * @defaultValue 10
   */
  readonly minutes?: number
}

const mebibyte = 2 ** 20
const step = 10
const heapEvery = 100
const slowEvery = 1_000
const hostBytes = 16 * 2 ** 30
/** What Node.js holds outside the heap from the start, in bytes. */
const runtimeBytes = 45 * mebibyte

/**
 * A trace of one of the workloads W1 to W9 that no process ran: a model of how V8
 * collects and how it dies.
 *
 * The same name, settings and seed give the same trace.
 *
 * @throws CultusError `CULTUS_INVALID_OPTION`
 * @throws CultusError `CULTUS_INVALID_ARGUMENT` for a workload of no such name.
 */
export function syntheticTrace(name: WorkloadName, options: SyntheticTraceOptions = {}): Trace {
  if (!Object.hasOwn(workloads, name))
    throw invalidArgument('name', `be one of ${Object.keys(workloads).join(', ')}`, name)
  if (typeof options !== 'object' || options === null)
    throw invalidOption('options', 'be an object', options)
  const { seed = 1, minutes = 10 } = options
  numberOption('minutes', minutes, 0.01, 24 * 60)
  const workload = workloads[name]
  const settings = settingsOf(workload, options)
  const random = seededRandom(numberOption('seed', seed, 0, 2 ** 32))
  const cap = settings.capMiB * mebibyte
  const heap = new SyntheticHeap({ cap, random })
  const run = new Run(heap, settings)
  const end = minutes * 60_000
  let relieved = workload.relievedAt === undefined
  let t = 0
  let death: EndTraceEvent['how'] | undefined
  while (t < end && death === undefined) {
    const demand = workload.demand(t / 1_000, settings, random)
    if (!relieved && t / 1_000 >= (workload.relievedAt ?? 0)) {
      run.mark(t, 'relieved')
      relieved = true
    }
    heap.grow(demand.live * cap, demand.churn * settings.churn * mebibyte, step)
    const collected = heap.collectIfDue(t)
    if (collected !== undefined) {
      t += collected.pause
      run.collected(t, collected)
      death = collected.death
    }
    death ??= run.sample(t, demand)
    t += step
  }
  run.end(Math.min(t, end), death ?? 'survived')
  const limit = settings.containerMiB * mebibyte
  return {
    header: {
      type: 'trace',
      version: traceVersion,
      node: 'synthetic',
      deathPointBytes: cap,
      // Three semi-spaces of 16 MiB, as on Node.js 20 and 22.
      heapLimitBytes: cap + 48 * mebibyte,
      hostBytes,
      ...(limit > 0 && { containerLimitBytes: limit }),
      workload: name,
      parameters: { ...settings, minutes },
      seed,
    },
    events: run.events,
    torn: false,
  }
}

/** The settings of a workload with those given in place of its own. */
function settingsOf(
  { settings: own }: Workload,
  given: Partial<WorkloadSettings>,
): WorkloadSettings {
  const defaults = { capMiB: 256, containerMiB: 0, base: 0.3, leak: 0.02, churn: 20, ...own }
  const number = (name: keyof WorkloadSettings, least: number, most: number): number =>
    numberOption(name, given[name] ?? defaults[name], least, most)
  return {
    capMiB: number('capMiB', 16, 2 ** 20),
    // A workload in a container needs one; the others may have one.
    containerMiB: number('containerMiB', defaults.containerMiB > 0 ? 1 : 0, 2 ** 20),
    base: number('base', 0, 1),
    leak: number('leak', 0, 1),
    churn: number('churn', 0, 2 ** 20),
  }
}

/** Writes down what happens. */
class Run {
  readonly events: TraceEvent[] = []
  readonly #heap: SyntheticHeap
  readonly #settings: WorkloadSettings
  #heapDue = 0
  #slowDue = 0
  #peak = 0

  constructor(heap: SyntheticHeap, settings: WorkloadSettings) {
    this.#heap = heap
    this.#settings = settings
  }

  mark(t: number, name: string): void {
    this.events.push({ t: rounded(t), type: 'mark', name })
  }

  collected(t: number, { quiet, busy }: { readonly quiet: number; readonly busy: number }): void {
    const usedAfter = Math.round(this.#heap.used)
    const times = { lateness: 0.3, quiet: rounded(quiet), busy: rounded(busy) }
    // Both halves of the young generation.
    const sizes = { usedAfter, young: 2 * this.#heap.youngBytes }
    this.events.push({ t: rounded(t + 0.3), type: 'gc', kind: 'major', ...times, ...sizes })
  }

  /** Writes down what is due at `t`; returns how the process dies of it, if it does. */
  sample(t: number, { contained, cached = 0, load, limit = 1 }: Demand): 'killed' | undefined {
    const at = rounded(t + 0.4)
    const used = Math.round(this.#heap.used)
    const young = this.#heap.youngBytes
    this.#peak = Math.max(used, this.#peak * 0.99999)
    if (t >= this.#heapDue) {
      const heapTotal = Math.round(this.#peak * 1.03 + young)
      this.events.push({ t: at, type: 'heap', used, heapUsed: used + young / 2, heapTotal })
      this.#heapDue = t + heapEvery
    }
    if (t < this.#slowDue) return undefined
    this.#slowDue = t + slowEvery
    const limitBytes = this.#settings.containerMiB * mebibyte
    const group = limitBytes * (contained ?? 0)
    const rss = Math.round(Math.max(runtimeBytes + this.#peak, group))
    const external = Math.max(0, Math.round(group - runtimeBytes - this.#peak))
    this.events.push({ t: at, type: 'process', rss, external, arrayBuffers: external })
    this.events.push({ t: at, type: 'held', bytes: Math.round(this.#heap.live) })
    if (load !== undefined) this.events.push({ t: at, type: 'load', ...load })
    if (contained === undefined) return undefined
    const inForce = Math.round(limitBytes * limit)
    const total = Math.min(inForce, Math.round(group + cached * limitBytes))
    const held = Math.min(inForce, Math.round(group))
    this.events.push({ t: at, type: 'container', used: held, limit: inForce, total })
    return group >= inForce ? 'killed' : undefined
  }

  end(t: number, how: EndTraceEvent['how']): void {
    const last = this.events.at(-1)?.t ?? 0
    this.events.push({ t: Math.max(last, rounded(t)), type: 'end', how })
  }
}

/** To a tenth of a millisecond, which is as fine as it means anything. */
function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10
}
