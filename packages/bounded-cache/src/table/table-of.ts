import { slotPolicies } from '../policies/named.ts'
import type { PolicyName } from '../policies/policy.ts'
import type { EntryTable, MakeRoom } from './entry-table.ts'
import { LruTable } from './lru-table.ts'
import { SlotTable } from './slot-table.ts'

/** What decides how entries are held. */
export interface TableOptions {
  readonly policy: PolicyName
  /** `Infinity` where there is no such bound. */
  readonly maxEntries: number
  readonly maxBytes: number
  readonly makeRoom: MakeRoom
  /** Whole milliseconds of some clock. */
  readonly now: () => number
}

/** An empty table with the policy of a name. */
export function tableOf<K, V extends NonNullable<unknown> | null>({
  policy,
  maxEntries,
  maxBytes,
  makeRoom,
  now,
}: TableOptions): EntryTable<K, V> {
  if (policy === 'lru') return new LruTable<K, V>({ makeRoom, now })
  return new SlotTable<K, V>({
    policy: slotPolicies[policy],
    byBytes: maxBytes !== Number.POSITIVE_INFINITY,
    mostEntries: maxEntries,
    seed: Math.floor(Math.random() * 2 ** 32),
    makeRoom,
    now,
  })
}
