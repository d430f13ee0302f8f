/** The name of a workload that traces are generated of. */
export type WorkloadName = 'W1' | 'W2' | 'W3' | 'W4' | 'W5' | 'W6' | 'W7' | 'W8' | 'W9'

/** The numbers of a workload; shares are of the death point, and of the limit of the container. */
export interface WorkloadSettings {
  /** The old-generation cap in mebibytes. */
  readonly capMiB: number
  /** The limit of the container in mebibytes, where the workload has one. */
  readonly containerMiB: number
  /** Live share of the heap at rest. */
  readonly base: number
  /** Growth of a leak, as a share for each second. */
  readonly leak: number
  /** Garbage that reaches the old generation, in mebibytes for each second. */
  readonly churn: number
}

/** What the program does to its memory at one moment. */
export interface Demand {
  /** Live share of the heap. */
  readonly live: number
  /** Share of `churn` that is made now. */
  readonly churn: number
  /** What is not reclaimable, as a share of the limit of the container. */
  readonly contained?: number
  /** Page cache on top of it, as a share of the same. */
  readonly cached?: number
  /** Units of work offered and served for each second. */
  readonly load?: { readonly offered: number; readonly served: number }
  /** The limit in force, as a share of the limit of the container; 1 unless given. */
  readonly limit?: number
}

/** A workload: what it demands at a time in seconds. */
export interface Workload {
  readonly settings: Partial<WorkloadSettings>
  /** From when on it holds little again, in seconds. */
  readonly relievedAt?: number
  demand(seconds: number, settings: WorkloadSettings, random: () => number): Demand
}

const fillSeconds = 20
const clearAfter = 30
const rampSeconds = 40

/** Each workload by its name. */
export const workloads: Readonly<Record<WorkloadName, Workload>> = {
  // A healthy sawtooth: live 25 to 50 %, much garbage.
  W1: {
    settings: { churn: 40 },
    demand: (seconds) => ({ live: 0.375 + 0.12 * Math.sin(seconds / 17), churn: 1 }),
  },
  // A linear leak until the process dies.
  W2: {
    settings: { base: 0.4, churn: 30 },
    demand: (seconds, { base, leak }) => ({ live: base + leak * seconds, churn: 1 }),
  },
  // Bursts of three times what can be served, a minute on and a minute off.
  W3: {
    settings: { base: 0.2 },
    demand(seconds, { base }) {
      const phase = seconds % 120
      const backlog = phase < 60 ? phase / 60 : Math.max(0, 1 - (phase - 60) / 20)
      const load = { offered: phase < 60 ? 300 : 40, served: backlog > 0 ? 100 : 40 }
      return { live: base + 0.55 * backlog, churn: phase < 60 ? 1 : 0.3, load }
    },
  },
  // A cache that fills to 90 %, is cleared, and then nothing at all.
  W4: {
    settings: { base: 0.04, churn: 8 },
    relievedAt: clearAfter,
    demand: (seconds, { base }) =>
      seconds < clearAfter
        ? { live: Math.max(base, 0.9 * Math.min(1, seconds / fillSeconds)), churn: 1 }
        : { live: base, churn: 0 },
  },
  // A flood of page cache in a container.
  W5: {
    settings: { base: 0.2, containerMiB: 512 },
    demand: (seconds) => ({
      live: 0.2,
      churn: 0.2,
      contained: 0.35,
      cached: Math.min(0.64, seconds / 10),
    }),
  },
  // A hover of two points around `warning`.
  W6: {
    settings: { base: 0.7 },
    demand: (seconds, { base }, random) => ({
      live: Math.max(0, base + 0.015 * Math.sin(seconds / 2) + 0.005 * (2 * random() - 1)),
      churn: 0.3,
    }),
  },
  // A ramp that looks like a leak, to a plateau of 60 %.
  W7: {
    settings: { base: 0.1, churn: 20 },
    demand: (seconds, { base }) => ({
      live: base + (0.6 - base) * Math.min(1, seconds / rampSeconds),
      churn: 1,
    }),
  },
  // Buffers that grow until the kernel ends the process.
  W8: {
    settings: { base: 0.1, containerMiB: 512 },
    demand: (seconds, { leak }) => ({ live: 0.1, churn: 0.2, contained: 0.3 + leak * seconds }),
  },
  // A container in a tighter one, which is found after a while, fills and empties.
  W9: {
    settings: { base: 0.1, containerMiB: 2048 },
    relievedAt: 90,
    demand: (seconds) => ({
      live: 0.1,
      churn: 0.2,
      contained: seconds < 90 ? 0.1 + 0.13 * Math.min(1, seconds / 60) : 0.05,
      limit: seconds < 30 ? 1 : 0.25,
    }),
  },
}
