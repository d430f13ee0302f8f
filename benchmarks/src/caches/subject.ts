/** What is kept under each key. */
export interface Value {
  readonly id: number
  /** What a function of the user says that it takes, in bytes; the same for all, so that a bound in bytes is one in entries. */
  readonly size: number
}

/** The `size` of every value. */
export const valueSize = 128

/** A cache as it is called; `get` returns `undefined` for what it does not hold. */
export interface MeasuredCache {
  get(key: string): Value | undefined
  set(key: string, value: Value): unknown
  dispose?(): void
}

/** How a cache is bounded: by entries, by bytes that a function tells, or by bytes that are estimated. */
export type BoundKind = 'entries' | 'told' | 'estimated'

/** What a cache is made for. */
interface Room {
  /** The most entries, or as many bytes as they take. */
  readonly entries: number
  readonly kind: BoundKind
  /** How long an entry is served, in milliseconds. */
  readonly ttl: number | undefined
}

/** A cache that can be measured. */
export interface Subject {
  /** The package that it comes from; `undefined` for what JavaScript has itself. */
  readonly from: string | undefined
  readonly bounds: readonly BoundKind[]
  readonly ttl: 'never' | 'possible' | 'always'
  /** Whether it takes in something new when it is full. */
  readonly evicts: boolean
  /** What the reader must know of its figures. */
  readonly note?: string
  /** Makes one, out of what the package exports. */
  readonly make: (module: never, room: Room) => MeasuredCache
}

/** A subject out of a package whose exports have the type `Module`. */
export function subject<Module>(
  from: string | undefined,
  make: (module: Module, room: Room) => MeasuredCache,
  more: Partial<Omit<Subject, 'from' | 'make'>> = {},
): Subject {
  const { bounds = ['entries'], ttl = 'never', evicts = true, note } = more
  return { from, make, bounds, ttl, evicts, ...(note !== undefined && { note }) }
}
