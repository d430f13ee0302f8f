/**
 * What a bucket holds, one number each. `NaN` stands for what is not known; sums become means when
 * a bucket is read, so that buckets stay exact however many samples they take in.
 */
export const bucketColumns = [
  'at',
  'samples',
  'ratioMin',
  'ratioMax',
  'ratioSum',
  'ratioLast',
  'upperMax',
  'upperLast',
  'worstRank',
  'liveMax',
  'liveSum',
  'liveSamples',
  'used',
  'grown',
  'rss',
  'external',
  'container',
  'gcShareSum',
  'gcShareSamples',
  'majors',
  'forced',
  'normal',
  'warning',
  'critical',
  'emergency',
] as const

/** The name of one of them. */
export type BucketColumn = (typeof bucketColumns)[number]

/**
 * Where in a bucket each of them stands: numbers, as a bucket is written with every measurement.
 */
export const column: Readonly<Record<BucketColumn, number>> = Object.fromEntries(
  bucketColumns.map((name, index) => [name, index]),
) as Readonly<Record<BucketColumn, number>>
