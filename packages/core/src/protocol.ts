import type { PressureBus } from './bus.ts'
import type { ConsumerRegistry } from './registry.ts'

/**
 * The version of what copies of this package share through `globalThis`. It grows only when a shared
 * method changes its meaning or goes away; a method that is merely added is feature-tested by who calls it.
 */
export const protocol = 1

/** What all copies of one protocol share. */
export interface SharedState {
  readonly protocol: typeof protocol
  readonly bus: PressureBus
  readonly registry: ConsumerRegistry
}
