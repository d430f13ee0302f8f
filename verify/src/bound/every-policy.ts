import type { PolicyName } from '@cultus/bounded-cache'

const known: Readonly<Record<PolicyName, true>> = {
  adaptive: true,
  lru: true,
  sieve: true,
  's3-fifo': true,
  'w-tinylfu': true,
  gdsf: true,
}

/** Every policy that a cache can be given; the compiler misses one that is left out. */
export const everyPolicy: readonly PolicyName[] = Object.keys(known) as PolicyName[]
