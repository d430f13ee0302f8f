import { LruPolicy } from './lru.ts'
import type { Policy, PolicyName } from './policy.ts'

/** Every policy there is. */
export const policyNames: readonly PolicyName[] = ['lru']

/** An empty policy of the given name. */
export function policyNamed<K, V extends NonNullable<unknown> | null>(
  name: PolicyName,
): Policy<K, V> {
  switch (name) {
    case 'lru':
      return new LruPolicy<K, V>()
  }
}
