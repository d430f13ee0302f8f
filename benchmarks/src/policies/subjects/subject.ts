import type { Simulator } from '../simulators/simulator.ts'
import type { SubjectSetting } from './cache.ts'

/** Anything that can be asked for keys, and let go of afterwards. */
export interface Contestant extends Simulator {
  dispose?(): void
}

/** Something that is measured: a policy that is simulated, or a cache that runs. */
export interface Subject {
  /** By which users, tables and assertions call it. */
  readonly name: string
  /** What it is, in a few words: the package and its version, or that it is simulated. */
  readonly what: string
  /** Whether it can be bounded by bytes. */
  readonly weighs: boolean
  /** Whether its hits depend on chance: on the seed, or on what it draws itself. */
  readonly varies: boolean
  make(setting: SubjectSetting): Contestant
}
