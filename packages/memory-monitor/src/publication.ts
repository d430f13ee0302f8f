import type { LevelTransition, PressureLevelEvent, PressureSample } from '@cultus/core'
import type { MemorySample } from './sample.ts'

/** The bounds that a sample does not carry, in bytes. */
export interface SampleBounds {
  readonly deathPointBytes: number
  readonly containerLimitBytes: number | undefined
}

/** A sample as the bus carries it. */
export function pressureSample(
  source: string,
  sample: MemorySample,
  { deathPointBytes, containerLimitBytes }: SampleBounds,
): PressureSample {
  const { level, ratio, upperRatio, confidence, signal, containerBytes, at } = sample
  return {
    source,
    ratio,
    upperRatio,
    level,
    confidence,
    signal,
    bytes: {
      live: sample.liveBytes,
      used: sample.usedBytes,
      deathPoint: deathPointBytes,
      rss: sample.rssBytes,
      external: sample.externalBytes,
      arrayBuffers: sample.arrayBuffersBytes,
      ...(containerBytes !== undefined && { container: containerBytes }),
      ...(containerLimitBytes !== undefined && { containerLimit: containerLimitBytes }),
    },
    at,
  }
}

/** A change of the level of a monitor, as its listeners hear of it. */
export function levelEvent(
  source: string,
  { from, to }: LevelTransition,
  { ratio, confidence, signal, at }: MemorySample,
  reason: string,
): PressureLevelEvent {
  return { level: to, previous: from, ratio, confidence, source, signal, reason, at }
}
