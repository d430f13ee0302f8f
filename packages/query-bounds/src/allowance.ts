/** The bounds that hold now, and how far they may be passed. */
export interface Bounds {
  /** The most queries and bytes; `Infinity` where there is no such bound. */
  readonly queries: number
  readonly bytes: number
  /** How many idle queries stay although those in use fill the bound alone. */
  readonly minInactive: number
  /** How far the bounds may be passed by queries inside their grace. */
  readonly burstQueries: number
  readonly burstBytes: number
}

/** What a cache holds, in all and of what may go. */
export interface Holdings {
  readonly queries: number
  readonly bytes: number
  /** Queries that may go, their grace aside. */
  readonly evictable: number
  readonly evictableBytes: number
}

/** What a `BoundedCache` leaves one entry: the share idle queries may take where those in use fill the bound. */
const spareShare = 1 / 8
/** So many at once are taken for what one screen shows, whatever their size. */
const workingSet = 16

/** Whether idle queries take more than the bounds leave them. */
export function isOver(held: Holdings, bounds: Bounds): boolean {
  // Most of the time, and after each event.
  if (held.queries <= bounds.queries && held.bytes <= bounds.bytes) return false
  return isOverBy(held, bounds, 0, 0)
}

/**
 * Whether so much came at once that even queries inside their grace must go.
 *
 * A Suspense boundary fetches again what went before it was shown, without end; so a working set is never forced out.
 */
export function isOverBurst(held: Holdings, bounds: Bounds): boolean {
  const { minInactive, burstQueries, burstBytes } = bounds
  const spared = held.evictable <= Math.max(minInactive, Math.min(workingSet, burstQueries))
  return isOverBy(held, bounds, burstQueries, spared ? Number.POSITIVE_INFINITY : burstBytes)
}

/** Queries in use leave the others what they do not take of the bound, and never less than the spare. */
function isOverBy(
  { queries, bytes, evictable, evictableBytes }: Holdings,
  bounds: Bounds,
  moreQueries: number,
  moreBytes: number,
): boolean {
  const roomQueries = bounds.queries + moreQueries - (queries - evictable)
  const roomBytes = bounds.bytes + moreBytes - (bytes - evictableBytes)
  const spareQueries = Math.min(bounds.minInactive, bounds.queries + moreQueries)
  return (
    evictable > Math.max(roomQueries, spareQueries) ||
    evictableBytes > Math.max(roomBytes, bounds.bytes * spareShare)
  )
}

const leastBurst = 64
const burstShare = 1 / 4

/** The bounds that a share of the configured ones leaves. */
export function boundsAt(
  ratio: number,
  limits: { readonly maxQueries: number; readonly maxBytes: number },
  { burst, minInactive }: { readonly burst: number | undefined; readonly minInactive: number },
): Bounds {
  const { maxQueries, maxBytes } = limits
  return {
    queries: share(maxQueries, ratio),
    bytes: share(maxBytes, ratio),
    minInactive,
    burstQueries: burst ?? Math.max(leastBurst, Math.ceil(share(maxQueries, burstShare))),
    burstBytes: share(maxBytes, burstShare),
  }
}

function share(bound: number, ratio: number): number {
  return bound === Number.POSITIVE_INFINITY ? bound : Math.floor(bound * ratio)
}
