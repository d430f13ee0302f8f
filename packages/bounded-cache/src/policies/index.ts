export type { Lists } from './lists.ts'
export type { Policy, PolicyFactory, PolicyName, Slots } from './policy.ts'
export { none } from './slot-lists.ts'
export { frequencyOf, visitsOf, withVisits } from './use-counts.ts'
