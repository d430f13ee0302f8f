/** How much work an estimate may do. */
export interface SizingBudget {
  /**
   * The most values that are looked at; what lies beyond is taken to be like what was seen.
   *
   * @defaultValue 512
   */
  readonly nodes?: number
}

// Layout of V8 on 64-bit Node (no pointer compression), measured as the heap growth of 600 to 100,000 equal values.
const slot = 8
const objectHeader = 24
const heapNumber = 16
const stringHeader = 16
const arrayHeader = 48
const mapHeader = 72
const mapEntry = 28
const setEntry = 20
const dateBytes = 100
const viewHeader = 200
const exoticBytes = 100
/** Plain objects with more own keys than this are kept by V8 as dictionaries. */
const mostFastKeys = 24
/** Elements looked at in a long array, Map or Set; the rest is taken to be like them. */
const sampled = 8
const deepest = 32

const twoByte = /[^\0-\xff]/

/**
 * The bytes a value retains in V8's heap and in array buffers, estimated in bounded time.
 *
 * Long arrays, Maps and Sets are sampled evenly. A structure shared by two values is counted with each. Not
 * seen: what a closure holds, a parent string that a slice pins, and the pool that a small Buffer is cut from.
 * Never throws: a value that cannot be read counts as an empty object.
 *
 * @returns whole bytes, at least 8.
 */
export function estimateBytes(value: unknown, budget: SizingBudget = {}): number {
  if (typeof value !== 'object' || value === null) return Math.max(slot, primitiveBytes(value))
  const walk: Walk = { left: budget.nodes ?? 512, visited: 0, bytes: 0, ancestors: [] }
  return Math.max(slot, Math.round(objectBytes(value, walk)))
}

interface Walk {
  left: number
  visited: number
  /** Own bytes of all visited values: what an unvisited one is taken to have on average. */
  bytes: number
  readonly ancestors: object[]
}

function measure(value: unknown, walk: Walk): number {
  return typeof value === 'object' && value !== null
    ? objectBytes(value, walk)
    : primitiveBytes(value)
}

function primitiveBytes(value: unknown): number {
  switch (typeof value) {
    case 'string':
      return stringBytes(value)
    case 'number':
      // Small integers live in the slot that refers to them.
      return value === (value | 0) && !Object.is(value, -0) ? 0 : heapNumber
    case 'bigint':
      return heapNumber + slot
    case 'function':
      return 64
    default:
      return 0
  }
}

/** The bytes of a string: one for each character when all are Latin-1, else two. */
function stringBytes(text: string): number {
  const bytes = twoByte.test(text) ? text.length * 2 : text.length
  return stringHeader + ((bytes + 7) & ~7)
}

function objectBytes(value: object, walk: Walk): number {
  if (walk.left <= 0) return walk.visited === 0 ? objectHeader : walk.bytes / walk.visited
  // A cycle is counted where it starts.
  if (walk.ancestors.length > deepest || walk.ancestors.includes(value)) return 0
  walk.left -= 1
  walk.ancestors.push(value)
  let bytes = objectHeader
  try {
    bytes = structureBytes(value, walk)
  } catch {
    // A getter or a Proxy that throws hides what it holds.
  }
  walk.ancestors.pop()
  walk.visited += 1
  walk.bytes += bytes
  return bytes
}

function structureBytes(value: object, walk: Walk): number {
  if (Array.isArray(value)) return arrayBytes(value, walk)
  if (ArrayBuffer.isView(value)) return viewHeader + value.byteLength
  if (value instanceof ArrayBuffer) return exoticBytes + value.byteLength
  if (value instanceof Date) return dateBytes
  if (value instanceof Map) {
    return (
      mapHeader +
      mapEntry * powerOfTwo(value.size) +
      sampledBytes(pairs(value), value.size * 2, walk)
    )
  }
  if (value instanceof Set) {
    return mapHeader + setEntry * powerOfTwo(value.size) + sampledBytes(value, value.size, walk)
  }
  return recordBytes(value as Record<string, unknown>, walk)
}

function arrayBytes(array: readonly unknown[], walk: Walk): number {
  const { length } = array
  const own = arrayHeader + slot * length
  if (length <= sampled) {
    let bytes = own
    for (let index = 0; index < length; index++) bytes += measure(array[index], walk)
    return bytes
  }
  let seen = 0
  for (let index = 0; index < sampled; index++) {
    const at = Math.floor((index * (length - 1)) / (sampled - 1))
    const element = array[at]
    // An array of doubles keeps them unboxed in its slots.
    seen += typeof element === 'number' ? 0 : measure(element, walk)
  }
  return own + (seen / sampled) * length
}

function sampledBytes(values: Iterable<unknown>, size: number, walk: Walk): number {
  if (size === 0) return 0
  let seen = 0
  let count = 0
  for (const value of values) {
    seen += measure(value, walk)
    count += 1
    if (count >= 2 * sampled) break
  }
  return (seen / count) * size
}

function* pairs(map: ReadonlyMap<unknown, unknown>): Generator<unknown> {
  for (const [key, value] of map) {
    yield key
    yield value
  }
}

function recordBytes(record: Record<string, unknown>, walk: Walk): number {
  let keys = 0
  let names = 0
  let bytes = 0
  let skipped = 0
  for (const key in record) {
    keys += 1
    if (keys > mostFastKeys) names += stringHeader + key.length
    if (walk.left > 0) bytes += slot + measure(record[key], walk)
    else skipped += 1
  }
  if (skipped > 0)
    bytes += skipped * (slot + (keys > skipped ? bytes / (keys - skipped) : heapNumber))
  if (keys <= mostFastKeys) return objectHeader + bytes
  return objectHeader + bytes + names + 24 * powerOfTwo(1.5 * keys) - slot * keys
}

function powerOfTwo(least: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(4, least)))
}
