import { Adaptive } from './adaptive.ts'
import { Gdsf } from './gdsf.ts'
import { Lru } from './lru.ts'
import type { PolicyFactory, PolicyName } from './policy.ts'
import { queues } from './rules.ts'
import { Segmented } from './segmented.ts'
import { Sieve } from './sieve.ts'
import { WTinyLfu } from './w-tinylfu.ts'

/** Every policy by its name. */
export const policies: Readonly<Record<PolicyName, PolicyFactory>> = {
  adaptive: (slots) => new Adaptive(slots),
  lru: (slots) => new Lru(slots),
  sieve: (slots) => new Sieve(slots),
  's3-fifo': (slots) => new Segmented(slots, queues),
  'w-tinylfu': (slots) => new WTinyLfu(slots),
  gdsf: (slots) => new Gdsf(slots),
}

/** The names of them. */
export const policyNames: readonly PolicyName[] = Object.keys(policies) as PolicyName[]
