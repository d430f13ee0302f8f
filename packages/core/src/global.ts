import { PressureBus } from './bus.ts'
import type { PressureLevelEvent } from './event.ts'
import { protocol, type SharedState } from './protocol.ts'
import { ConsumerRegistry } from './registry.ts'
import { warnOnce } from './warning.ts'

interface Channel {
  readonly hasSubscribers: boolean
  publish(message: unknown): void
}

interface HostProcess {
  getBuiltinModule?(
    name: 'node:diagnostics_channel',
  ): { channel(name: string): Channel } | undefined
}

const prefix = 'cultus.core.'
const key = Symbol.for(`${prefix}${protocol}`)
const host = globalThis as unknown as { [key: symbol]: unknown; process?: HostProcess }

/** The bus that every copy of this package in the process shares; made on first use. */
export function pressureBus(): PressureBus {
  return sharedState().bus
}

/** The registry that every copy of this package in the process shares; made on first use. */
export function consumerRegistry(): ConsumerRegistry {
  return sharedState().registry
}

function sharedState(): SharedState {
  const present = host[key] as Partial<SharedState> | undefined
  if (present?.protocol === protocol && present.bus && present.registry)
    return present as SharedState
  warnOfOtherProtocols()
  const state: SharedState = {
    protocol,
    bus: new PressureBus({ onLevel: publishToChannel }),
    registry: new ConsumerRegistry(),
  }
  // Not enumerable, so that nothing that walks the global finds it; configurable, so that a test can delete it.
  Object.defineProperty(globalThis, key, { value: state, configurable: true, writable: true })
  return state
}

function warnOfOtherProtocols(): void {
  for (const symbol of Object.getOwnPropertySymbols(globalThis)) {
    const name = Symbol.keyFor(symbol)
    if (name?.startsWith(prefix) && symbol !== key) {
      warnOnce(
        'CULTUS_W_PROTOCOL',
        `copies of @cultus/core in this process speak protocols ${name.slice(prefix.length)} and ${protocol}: ` +
          'each has a bus of its own; install one major version',
        name,
      )
    }
  }
}

/** Lets libraries that do not depend on Cultus follow the level: `cultus:pressure:change`. */
function publishToChannel(event: PressureLevelEvent): void {
  // Asked for on each change, which is rare: importing it would make this package need Node.
  const channel = host.process
    ?.getBuiltinModule?.('node:diagnostics_channel')
    ?.channel('cultus:pressure:change')
  if (channel?.hasSubscribers) channel.publish(event)
}
