import { elevatedLevels, levelRank, type PressureForecast, type PressureLevel } from '@cultus/core'
import type { MemoryForecast } from './memory-forecast.ts'

/**
 * A forecast as the bus carries it: one event for each level that has not been reached yet,
 * and one for the end.
 */
export function pressureForecasts(
  source: string,
  level: PressureLevel,
  forecast: MemoryForecast,
): readonly PressureForecast[] {
  const ahead = elevatedLevels.filter((each) => levelRank(each) > levelRank(level))
  return [...ahead, 'death' as const].map((mark) => {
    const { earliest, expected, latest } = forecast[mark]
    return { source, level: mark, earliest, expected, latest, at: forecast.at }
  })
}
