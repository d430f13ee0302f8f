import { Adaptive } from './adaptive.ts'
import { Gdsf } from './gdsf.ts'
import type { PolicyFactory, PolicyName } from './policy.ts'
import { queues } from './rules.ts'
import { Segmented } from './segmented.ts'
import { Sieve } from './sieve.ts'
import { WTinyLfu } from './w-tinylfu.ts'

/** The policies that work on slots; `lru` has a table of its own. */
export const slotPolicies: Readonly<Record<Exclude<PolicyName, 'lru'>, PolicyFactory>> = {
  adaptive: (slots) => new Adaptive(slots),
  sieve: (slots) => new Sieve(slots),
  's3-fifo': (slots) => new Segmented(slots, queues),
  'w-tinylfu': (slots) => new WTinyLfu(slots),
  gdsf: (slots) => new Gdsf(slots),
}

/** Every policy there is. */
export const policyNames: readonly PolicyName[] = [
  'adaptive',
  'lru',
  'sieve',
  's3-fifo',
  'w-tinylfu',
  'gdsf',
]
