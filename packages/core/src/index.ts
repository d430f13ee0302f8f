export {
  PressureBus,
  type PressureBusOptions,
  type SubscribeOptions,
} from './bus.ts'
export type { Clock } from './clock.ts'
export type {
  ConsumerUsage,
  LevelRatios,
  MemoryConsumer,
  ReleaseBudget,
  ReleaseReport,
} from './consumer.ts'
export { Emitter } from './emitter.ts'
export {
  CultusError,
  type CultusErrorCode,
  invalidArgument,
  invalidOption,
  isCultusError,
  numberOption,
} from './errors.ts'
export type {
  Confidence,
  PressureAlert,
  PressureEventName,
  PressureEvents,
  PressureForecast,
  PressureLevelEvent,
  PressureReport,
  PressureSample,
  ReliefEvent,
} from './event.ts'
export {
  defaultLevelRatios,
  type FollowPressureOptions,
  followPressure,
  heldShare,
  resolveRatios,
} from './follow-pressure.ts'
export { consumerRegistry, pressureBus } from './global.ts'
export {
  type ElevatedLevel,
  elevatedLevels,
  isPressureLevel,
  levelRank,
  type PressureLevel,
  pressureLevels,
} from './level.ts'
export {
  type LevelDwell,
  LevelMachine,
  type LevelMachineOptions,
  type LevelReading,
  type LevelTransition,
  type ResolvedLevelMachineOptions,
  resolveLevelOptions,
} from './level-machine.ts'
export { isolate, Listeners } from './listeners.ts'
export { ownTurn } from './own-turn.ts'
export { protocol } from './protocol.ts'
export {
  ConsumerRegistry,
  type ConsumerSnapshot,
  type Coordinator,
  type RegisteredConsumer,
  type RegistryEvent,
} from './registry.ts'
export { type ByteSize, parseBytes } from './size.ts'
export type { PressureSource } from './source-ledger.ts'
export type { MetricPoint, StatusProvider } from './status.ts'
export { systemClock } from './system-clock.ts'
export { warnOnce } from './warning.ts'
