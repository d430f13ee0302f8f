import { CultusError, isPressureLevel } from '@cultus/core'
import type { MemorySample } from '../sample.ts'

/**
 * A sample as the history takes it in: that of the monitor, though collections need not be known.
 */
export interface HistorySample
  extends Omit<MemorySample, 'gcShare' | 'majors' | 'forced'>,
    Partial<Pick<MemorySample, 'gcShare' | 'majors' | 'forced'>> {}

/** The furthest a `Date` reaches, in milliseconds from 1970. */
const furthestDate = 8.64e15

/**
 * Refuses a sample that would poison what is computed from it.
 *
 * @throws CultusError `CULTUS_INVALID_ARGUMENT`
 */
export function checkSample(sample: HistorySample): void {
  const { at, level, ratio, upperRatio, liveBytes, usedBytes, rssBytes, externalBytes } = sample
  const numbers = [ratio, upperRatio, liveBytes, usedBytes, rssBytes, externalBytes]
  const sound = numbers.every((value) => Number.isFinite(value) && value >= 0)
  if (sound && Math.abs(at) <= furthestDate && isPressureLevel(level)) return
  throw new CultusError(
    'CULTUS_INVALID_ARGUMENT',
    '`sample` must have a time, a level, and measures that are finite and not negative',
  )
}
