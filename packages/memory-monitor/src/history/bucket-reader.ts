import { pressureLevels } from '@cultus/core'
import { column } from './bucket-columns.ts'
import type { BucketRing } from './bucket-ring.ts'
import type { HistoryField, HistoryPoint } from './history-point.ts'

/** The bucket at `index` as people read it. */
export function pointAt(ring: BucketRing, index: number): HistoryPoint {
  const samples = ring.get(index, column.samples)
  const liveSamples = ring.get(index, column.liveSamples)
  const container = ring.get(index, column.container)
  const gcShareSamples = ring.get(index, column.gcShareSamples)
  return {
    at: ring.get(index, column.at),
    samples,
    ratio: {
      min: ring.get(index, column.ratioMin),
      max: ring.get(index, column.ratioMax),
      mean: ring.get(index, column.ratioSum) / samples,
      last: ring.get(index, column.ratioLast),
    },
    upperRatio: { max: ring.get(index, column.upperMax), last: ring.get(index, column.upperLast) },
    worstLevel: pressureLevels[ring.get(index, column.worstRank)] ?? 'normal',
    ...(liveSamples > 0 && {
      liveBytes: {
        max: ring.get(index, column.liveMax),
        mean: ring.get(index, column.liveSum) / liveSamples,
      },
    }),
    usedBytes: ring.get(index, column.used),
    grownBytes: ring.get(index, column.grown),
    rssBytes: ring.get(index, column.rss),
    externalBytes: ring.get(index, column.external),
    ...(!Number.isNaN(container) && { containerBytes: container }),
    ...(gcShareSamples > 0 && { gcShare: ring.get(index, column.gcShareSum) / gcShareSamples }),
    majors: ring.get(index, column.majors),
    forced: ring.get(index, column.forced),
    time: {
      normal: ring.get(index, column.normal),
      warning: ring.get(index, column.warning),
      critical: ring.get(index, column.critical),
      emergency: ring.get(index, column.emergency),
    },
  }
}

/**
 * The most that a field was in a bucket (of `gcShare` the mean); `NaN` where it was not measured.
 */
export function highest(ring: BucketRing, index: number, field: HistoryField): number {
  switch (field) {
    case 'ratio':
      return ring.get(index, column.ratioMax)
    case 'upperRatio':
      return ring.get(index, column.upperMax)
    case 'liveBytes':
      return ring.get(index, column.liveMax)
    case 'usedBytes':
      return ring.get(index, column.used)
    case 'rssBytes':
      return ring.get(index, column.rss)
    case 'externalBytes':
      return ring.get(index, column.external)
    case 'containerBytes':
      return ring.get(index, column.container)
    case 'gcShare':
      return ring.get(index, column.gcShareSum) / ring.get(index, column.gcShareSamples)
  }
}

/** What a field was in a bucket: the mean where it is kept, else the most. */
export function typical(ring: BucketRing, index: number, field: HistoryField): number {
  if (field === 'ratio') return ring.get(index, column.ratioSum) / ring.get(index, column.samples)
  if (field === 'liveBytes')
    return ring.get(index, column.liveSum) / ring.get(index, column.liveSamples)
  return highest(ring, index, field)
}

/** How many samples of a field a bucket holds. */
export function weight(ring: BucketRing, index: number, field: HistoryField): number {
  if (Number.isNaN(highest(ring, index, field))) return 0
  if (field === 'liveBytes') return ring.get(index, column.liveSamples)
  if (field === 'gcShare') return ring.get(index, column.gcShareSamples)
  return ring.get(index, column.samples)
}
