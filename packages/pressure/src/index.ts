export type { ActionStatus } from './actions.ts'
export {
  AdmissionController,
  type AdmissionControllerOptions,
  type AdmissionLimits,
  type AdmissionStatus,
  type ShedReason,
  type Verdict,
} from './admission/controller.ts'
export type { ShedProblem } from './admission/problem.ts'
export { isRequestClass, type RequestClass, requestClasses } from './admission/request-class.ts'
export type { RetryAfterOptions } from './admission/retry-after.ts'
export { type ClassShares, defaultShares, type LevelShares } from './admission/shares.ts'
export type { ReclaimOptions } from './reclaim.ts'
export type { RecoveryOptions } from './recovery.ts'
export {
  PressureResponder,
  type PressureResponderOptions,
  type ResponderLog,
  type ResponderStatus,
} from './responder.ts'
export {
  defaultTiers,
  type ResolvedTiers,
  type Tier,
  type TierAction,
  type Tiers,
} from './tiers.ts'
