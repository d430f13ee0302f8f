import type { LevelTransition, PressureAlert } from '@cultus/core'
import type { MemorySample } from '../sample.ts'

/** The alert for a change of level: firing with the level as its severity, resolved at `normal`. */
export function levelAlert(
  source: string,
  { from, to }: LevelTransition,
  { at, signal }: Pick<MemorySample, 'at' | 'signal'>,
  reason: string,
): PressureAlert {
  const normal = to === 'normal'
  return {
    name: 'MemoryPressure',
    source,
    severity: !normal ? to : from === 'normal' ? 'info' : from,
    status: normal ? 'resolved' : 'firing',
    summary: normal ? `memory is back to normal: ${reason}` : `memory is at ${to}: ${reason}`,
    labels: { level: to, signal },
    at,
  }
}
