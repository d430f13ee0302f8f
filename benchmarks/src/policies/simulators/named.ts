import { ArcSimulator } from './arc.ts'
import { BeladySizeSimulator } from './belady-size.ts'
import { evictByClock } from './clock.ts'
import { GdsfSimulator } from './gdsf.ts'
import { OptSimulator } from './opt.ts'
import { QueueSimulator } from './queue.ts'
import { S3FifoSimulator } from './s3-fifo.ts'
import { sieveHand } from './sieve.ts'
import type { Setting, Simulator } from './simulator.ts'
import { VisitQueue } from './visit-queue.ts'
import { WTinyLfuSimulator } from './w-tinylfu.ts'

const simulators = {
  lru: (setting) => new QueueSimulator(setting, true),
  fifo: (setting) => new QueueSimulator(setting, false),
  clock: (setting) => new VisitQueue(setting, 1, evictByClock),
  sieve: (setting) => new VisitQueue(setting, 1, sieveHand()),
  'sieve-3': (setting) => new VisitQueue(setting, 3, sieveHand()),
  's3-fifo': (setting) => new S3FifoSimulator(setting),
  'w-tinylfu': (setting) => new WTinyLfuSimulator(setting, 0.01, true),
  'w-tinylfu-1': (setting) => new WTinyLfuSimulator(setting, 0.01, false),
  'w-tinylfu-10': (setting) => new WTinyLfuSimulator(setting, 0.1, false),
  arc: (setting) => new ArcSimulator(setting),
  gdsf: (setting) => new GdsfSimulator(setting),
  opt: (setting) => new OptSimulator(setting),
  'belady-size': (setting) => new BeladySizeSimulator(setting),
} satisfies Record<string, (setting: Setting) => Simulator>

/** A policy that is simulated. */
export type SimulatorName = keyof typeof simulators

export const simulatorNames: readonly SimulatorName[] = Object.keys(simulators) as SimulatorName[]

export function isSimulatorName(name: string): name is SimulatorName {
  return Object.hasOwn(simulators, name)
}

/** Whether a simulator can weigh keys by their size. */
export function weighs(name: SimulatorName): boolean {
  return name !== 'arc'
}

/** Whether a simulator depends on its seed: those with a sketch. */
export function varies(name: SimulatorName): boolean {
  return name.startsWith('w-tinylfu')
}

/** An empty cache of a policy; whether it has sizes depends on the weights. */
export function simulatorNamed(name: SimulatorName, setting: Setting): Simulator {
  return simulators[name](setting)
}
