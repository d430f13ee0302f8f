import type { ConsumerUsage } from '@cultus/core'
import type { Account } from './account.ts'
import type { Bounds } from './allowance.ts'
import type { Group } from './group.ts'
import type { Ledger } from './ledger.ts'
import type { QueryCounts, QueryGroupStats } from './query-bounds.ts'

/** The counts of an account, with the hits of those below it. */
function countsOf(account: Account, hits: number): QueryCounts {
  const { queries, bytes, evictable, observed, misses, evictions, evictedBytes } = account
  const { regrets, trimmedPages } = account
  return {
    queries,
    bytes,
    evictable,
    observed,
    hits,
    misses,
    evictions: Object.values(evictions).reduce((sum, count) => sum + count, 0),
    evictionsByCause: { ...evictions },
    evictedBytes,
    regrets,
    trimmedPages,
  }
}

export function groupStats(group: Group): QueryGroupStats {
  const { account, accounts, settings } = group
  return {
    ...countsOf(account, hitsOf(group)),
    maxQueries: finite(settings.maxQueries),
    maxBytes: finite(settings.maxBytes),
    prefixes: Object.fromEntries(
      [...accounts].map(([label, each]) => [label, countsOf(each, each.hits)]),
    ),
  }
}

export function totalCounts({ groups, total }: Ledger): QueryCounts {
  return countsOf(
    total,
    groups.reduce((sum, group) => sum + hitsOf(group), 0),
  )
}

function hitsOf({ accounts }: Group): number {
  let hits = 0
  for (const account of accounts.values()) hits += account.hits
  return hits
}

/** How far what must stay exceeds the bounds alone. */
export function overflowOf(
  { queries, bytes, evictable, evictableBytes }: Account,
  bounds: Bounds,
): { queries: number; bytes: number } {
  return {
    queries: Math.max(0, queries - evictable - bounds.queries),
    bytes: Math.max(0, bytes - evictableBytes - bounds.bytes),
  }
}

/** By group; by the first part of the keys where the caller made no groups. */
export function usageByGroup({ groups }: Ledger): Record<string, Omit<ConsumerUsage, 'groups'>> {
  const only = groups.length === 1 ? groups[0] : undefined
  return Object.fromEntries(
    only
      ? [...only.accounts].map(([label, each]) => [label, usageOf(countsOf(each, each.hits))])
      : groups.map((group) => [
          group.settings.name,
          usageOf(countsOf(group.account, hitsOf(group)), group.settings),
        ]),
  )
}

export function usageOf(
  { queries, bytes, hits, misses, evictions }: QueryCounts,
  limits?: { readonly maxQueries: number; readonly maxBytes: number },
): Omit<ConsumerUsage, 'groups'> {
  return {
    bytes,
    entries: queries,
    limitBytes: limits && finite(limits.maxBytes),
    limitEntries: limits && finite(limits.maxQueries),
    hits,
    misses,
    evictions,
  }
}

export function finite(bound: number): number | undefined {
  return bound === Number.POSITIVE_INFINITY ? undefined : bound
}
