import { entryOf, known } from './entry.ts'
import type { Group } from './group.ts'
import type { Ledger } from './ledger.ts'
import type { QueryLike } from './query-cache-like.ts'
import { costOf, metaOf, priorityOf } from './query-meta.ts'

/** Why a query is kept, or why it would go. */
export interface QueryExplanation {
  /**
   * `absent` where there is no such query; `observed`, `fetching`, `paused`, `pinned`, `protected` and `optimistic`
   * (written while a mutation is pending) stay; `grace` was used a moment ago; `idle` may go once a bound is passed.
   */
  readonly verdict:
    | 'absent'
    | 'observed'
    | 'fetching'
    | 'paused'
    | 'pinned'
    | 'protected'
    | 'optimistic'
    | 'grace'
    | 'idle'
  /** The same, for people. */
  readonly reason: string
  readonly group?: string
  readonly bytes?: number
  readonly priority?: number
  readonly cost?: number
  /** Whether a bound is passed now that it counts for. */
  readonly over?: boolean
  /** How many queries would go before it, about; only of one that may go. */
  readonly before?: number
}

/** What an explanation goes by. */
export interface ExplainContext {
  readonly ledger: Ledger
  /** Milliseconds. */
  readonly grace: number
  /** Whether a bound is passed that counts for a group. */
  isOver(group: Group): boolean
}

/** Says why a query of the cache is kept, or why it would go. */
export function explain(
  query: QueryLike | undefined,
  { ledger, grace, isOver }: ExplainContext,
): QueryExplanation {
  const entry = query && entryOf(query)
  const group = ledger.groups.find((each) => each === entry?.home)
  if (query === undefined || entry === undefined || group === undefined) {
    return { verdict: 'absent', reason: 'the cache holds no such query' }
  }
  ledger.measureOne(entry)
  const about = {
    group: group.settings.name,
    bytes: entry.bytes,
    priority: priorityOf(metaOf(query), group.priority),
    cost: costOf(metaOf(query), group.cost),
    over: isOver(group),
  }
  const { fetchStatus } = query.state
  const observers = query.getObserversCount()
  if (observers > 0) {
    return { verdict: 'observed', reason: `${observers} of its observers are mounted`, ...about }
  }
  if (fetchStatus !== 'idle') {
    const verdict = fetchStatus === 'paused' ? 'paused' : 'fetching'
    return { verdict, reason: `it is ${verdict}, and somebody may wait for it`, ...about }
  }
  if (metaOf(query).pin === true) {
    return { verdict: 'pinned', reason: 'its `meta.bounds.pin` is true', ...about }
  }
  if (entry.is(known.optimistic)) {
    const reason = 'it was written while a mutation is pending'
    return { verdict: 'optimistic', reason, ...about }
  }
  if (entry.queue?.idle !== true) {
    return { verdict: 'protected', reason: '`protect` returned true for it', ...about }
  }
  const left = entry.touched + grace - ledger.order.now()
  if (left > 0) {
    const reason = `it was used less than ${grace} ms ago: ${left} ms are left`
    return { verdict: 'grace', reason, ...about }
  }
  const before = countBefore(ledger, group, entry)
  const reason = about.over
    ? `nobody uses it, and a bound is passed: ${before} go before it`
    : `nobody uses it: should a bound be passed, ${before} go before it`
  return { verdict: 'idle', reason, before, ...about }
}

/** Those in queues that go first, and those before it in its own. */
function countBefore(
  { order }: Ledger,
  group: Group,
  entry: NonNullable<ReturnType<typeof entryOf>>,
): number {
  let before = 0
  for (let older = entry.older; older !== undefined; older = older.older) before += 1
  if (entry.data === undefined) return before
  const priority = priorityOf(metaOf(entry.query), group.priority)
  for (const shelf of order.shelves) {
    before += shelf.empty.length
    if (shelf.priority < priority) before += shelf.once.length + shelf.proven.length
    else if (shelf.proven === entry.queue) before += shelf.once.length
  }
  return before
}
