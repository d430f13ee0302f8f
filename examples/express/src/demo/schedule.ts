import type { Phase } from './traffic.ts'

/** How long each phase lasts, in milliseconds. */
export type Schedule = Readonly<Record<Phase, number>>

export const fullSchedule: Schedule = { calm: 15_000, storm: 40_000, recovery: 20_000 }
export const quickSchedule: Schedule = { calm: 4_000, storm: 9_000, recovery: 3_000 }

/** How long after the storm the level may take to be normal again; the last phase waits for it. */
export const longestRecovery = 30_000

export const phases: readonly Phase[] = ['calm', 'storm', 'recovery']
