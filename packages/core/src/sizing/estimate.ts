import { numberOption } from '../errors.ts'
import { entriesOf, membersOf, type Picked } from './collection.ts'
import { isPooled } from './copy-pooled.ts'
import {
  bigIntBytes,
  elementsBytes,
  flat,
  heapNumber,
  mapBytes,
  padded,
  setBytes,
  slot,
  sparseBytes,
} from './layout.ts'
import { isIndex, isNumbered, namesAThing, namesOf } from './names.ts'
import { isSparse, recordLayout } from './record-layout.ts'
import { shortList } from './sample.ts'
import { mostLooks, sampledBytes } from './sampled.ts'
import { isUnique, stringBytes } from './text.ts'
import { Walk } from './walk.ts'

/** How much work an estimate may do. */
export interface SizingBudget {
  /**
   * The most objects that are looked at, a positive number; what lies beyond is taken to be like what was seen.
   *
   * @defaultValue 512
   */
  readonly nodes?: number
}

const defaultNodes = 512
/** Of a record with more properties, the further ones are sampled. */
const mostRead = 32
/** An array as long may be mostly gaps. */
const gappy = 1_024
/**
 * `JSON.parse` shares texts of up to this length that it saw before, a database driver does not: one that is repeated
 * is charged with half.
 */
const longestShared = 10

const descriptorOf = Object.getOwnPropertyDescriptor
const tagOf = Object.prototype.toString
const sourceOf = descriptorOf(RegExp.prototype, 'source')?.get

/**
 * The bytes a value retains in V8's heap and in array buffers, estimated in bounded time.
 *
 * Long arrays, Maps, Sets and wide records are sampled evenly, with a standard error added where their elements
 * differ; a structure that occurs twice within the value is counted once. The same value always has the same
 * size. Not seen: private fields, what a closure or a Promise holds, the parent that a sliced string pins, and
 * the pool that a small Buffer is cut from: see `flatCopy` and `copyPooled`.
 *
 * Getters are not run, except those of an array index and of `Symbol.toStringTag`, and those of plain rows in a long
 * array or collection whose first element has none; the traps of a Proxy are. What throws counts as an empty object.
 *
 * @returns whole bytes, at least 8.
 * @throws CultusError `CULTUS_INVALID_OPTION` for a budget that is no positive number, and for nothing else.
 */
export function estimateBytes(value: unknown, budget: SizingBudget = {}): number {
  const { nodes = defaultNodes } = budget
  if (nodes !== defaultNodes) numberOption('nodes', nodes, 1, Number.MAX_SAFE_INTEGER)
  const bytes = typeof value === 'string' ? stringBytes(value) : measure(value, new Walk(nodes))
  return bytes > slot ? Math.min(Math.round(bytes), Number.MAX_SAFE_INTEGER) : slot
}

function measure(value: unknown, walk: Walk): number {
  switch (typeof value) {
    case 'object':
      return value === null ? 0 : objectBytes(value, walk)
    case 'string': {
      if (isUnique(value)) return 0
      const bytes = stringBytes(value)
      return value.length <= longestShared && walk.isRepeated(value) ? bytes >> 1 : bytes
    }
    case 'number':
      return value === (value | 0) && !Object.is(value, -0) ? 0 : heapNumber
    case 'bigint':
      return bigIntBytes(bitsOf(value))
    case 'function':
      return walk.isNew(value) ? flat.closure : 0
    case 'symbol':
      return flat.symbol
    default:
      return 0
  }
}

/** Whole words of 64 bits, found by halves: writing the number out would take the square of its length. */
function bitsOf(value: bigint): number {
  let most = 64
  while (BigInt.asIntN(most, value) !== value) most *= 2
  let least = most / 2
  while (most > 64 && most - least > 64) {
    const middle = Math.ceil((least + most) / 128) * 64
    if (BigInt.asIntN(middle, value) === value) most = middle
    else least = middle
  }
  return most
}

function objectBytes(value: object, walk: Walk): number {
  if (walk.left <= 0) return walk.typical
  if (!walk.isNew(value)) return 0
  walk.left -= 1
  const { trusting } = walk
  let bytes: number = flat.instance
  try {
    bytes = structureBytes(value, walk)
  } catch {
    // A Proxy that throws, or a stack that is full, hides what is there.
    walk.trusting = trusting
  }
  walk.count(bytes)
  return bytes
}

function structureBytes(value: object, walk: Walk): number {
  if (Array.isArray(value)) return arrayBytes(value, walk)
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype) return recordBytes(value, walk, flat.record)
  if (prototype === null) return recordBytes(value, walk, flat.instance, true)
  if (ArrayBuffer.isView(value)) return viewBytes(value, walk)
  // By the tag and not by the prototype: values come from other realms too, as in a test runner.
  return taggedBytes(value, tagOf.call(value), walk)
}

function taggedBytes(value: object, tag: string, walk: Walk): number {
  switch (tag) {
    case '[object Object]':
      return recordBytes(value, walk, flat.instance)
    case '[object Map]': {
      const entries = entriesOf(value as ReadonlyMap<unknown, unknown>)
      return mapBytes(entries.of) + collectionBytes(entries, walk, entryBytes)
    }
    case '[object Set]': {
      const members = membersOf(value as ReadonlySet<unknown>)
      return setBytes(members.of) + collectionBytes(members, walk, measure)
    }
    case '[object Date]':
      return flat.date
    case '[object RegExp]':
      return flat.regExp + stringBytes(sourceOf?.call(value))
    case '[object Error]':
      return errorBytes(value, walk)
    case '[object ArrayBuffer]':
    case '[object SharedArrayBuffer]':
      return flat.buffer + (value as ArrayBuffer).byteLength
    case '[object String]':
      return flat.boxed + stringBytes(String.prototype.valueOf.call(value))
    case '[object BigInt]':
      return flat.boxed + bigIntBytes(bitsOf(BigInt.prototype.valueOf.call(value)))
    case '[object Number]':
      return flat.boxed + heapNumber
    case '[object Boolean]':
      return flat.boxed
    case '[object Symbol]':
      return flat.boxed + flat.symbol
    case '[object Promise]':
      return flat.promise
    case '[object WeakRef]':
      return flat.weakReference
    case '[object WeakMap]':
    case '[object WeakSet]':
      return flat.weakCollection
    default: {
      const bytes = recordBytes(value, walk, flat.instance)
      return bytes === flat.instance ? flat.host : bytes
    }
  }
}

/** `bare` says that it has no prototype. */
function recordBytes(record: object, walk: Walk, header: number, bare = false): number {
  const plainly = walk.trusting && header === flat.record
  let read = 0
  let values = 0
  let indexes = 0
  let lastIndex = 0
  let characters = 0
  let things = false
  let last = ''
  for (const name in record) {
    if (read === mostRead) return wideBytes(record, walk, header, bare, values)
    if (plainly) values += measure((record as Record<string, unknown>)[name], walk)
    else {
      const property = descriptorOf(record, name)
      // An inherited one.
      if (property === undefined) continue
      values += propertyBytes(property, walk)
    }
    if (indexes === read && isIndex(name)) {
      indexes += 1
      lastIndex = Number(name)
    } else {
      if (indexes === read) things = namesAThing(name)
      characters += name.length
    }
    last = name
    read += 1
  }
  if (read === 0) return header === flat.record ? flat.emptyRecord : header
  const named = read - indexes
  const names = { indexes, lastIndex, named, characters, things, numbered: isNumbered(last) }
  return values + recordLayout(names, header, bare)
}

/** The bytes of a record that has more properties than are read one by one; `read` is what the first ones have. */
function wideBytes(
  record: object,
  walk: Walk,
  header: number,
  bare: boolean,
  read: number,
): number {
  const names = Object.keys(record)
  const rest = names.length - mostRead
  const values = sampledBytes(rest, walk, (at) => {
    const property = descriptorOf(record, names[mostRead + at] ?? '')
    return property === undefined ? 0 : propertyBytes(property, walk)
  })
  return read + values + recordLayout(namesOf(names), header, bare)
}

function propertyBytes(property: PropertyDescriptor, walk: Walk): number {
  if (property.get === undefined) return measure(property.value, walk)
  walk.accessors += 1
  return flat.accessor
}

function errorBytes(error: object, walk: Walk): number {
  // Never the stack: reading it renders it, and keeps the text.
  let bytes = flat.error + recordBytes(error, walk, 0)
  for (const name of ['message', 'cause', 'errors'])
    bytes += measure(descriptorOf(error, name)?.value, walk)
  return bytes
}

function viewBytes(view: ArrayBufferView, walk: Walk): number {
  const { byteLength, byteOffset } = view
  // Up to 64 bytes live on the heap until someone asks for their buffer.
  if (byteLength <= 64 && byteOffset === 0) return flat.view + 16 + padded(byteLength)
  const { buffer } = view
  if (buffer.byteLength === byteLength && walk.isNew(buffer)) return flat.view + byteLength
  if (isPooled(view)) return flat.partOfBuffer + padded(byteLength)
  return flat.partOfBuffer + (walk.isNew(buffer) ? flat.buffer + buffer.byteLength : 0)
}

function arrayBytes(array: readonly unknown[], walk: Walk): number {
  const { length } = array
  if (length >= gappy && !(length >> 1 in array)) {
    const present = Object.keys(array)
    if (isSparse(present.length, length)) {
      const read = (at: number): number => measure(array[Number(present[at])], walk)
      return flat.array + sparseBytes(present.length) + sampledBytes(present.length, walk, read)
    }
  }
  const own = flat.array + elementsBytes(length)
  // An array of numbers keeps them unboxed.
  if (areNumbers(array)) return own
  if (length > 1 && typeof array[0] === 'object') walk.rememberTexts()
  if (length > shortList) return own + sampledBytes(length, walk, (at) => measure(array[at], walk))
  let bytes = own
  for (let index = 0; index < length; index++) bytes += measure(array[index], walk)
  return bytes
}

function areNumbers(array: readonly unknown[]): boolean {
  const { length } = array
  const stride = Math.max(1, Math.floor(length / mostLooks))
  for (let index = 0; index < length; index += stride)
    if (typeof array[index] !== 'number') return false
  return true
}

function entryBytes([key, value]: readonly [unknown, unknown], walk: Walk): number {
  return measure(key, walk) + measure(value, walk)
}

function collectionBytes<T>(
  { items, of }: Picked<T>,
  walk: Walk,
  read: (item: T, walk: Walk) => number,
): number {
  const { length } = items
  if (length === 0) return 0
  if (length > 1) walk.rememberTexts()
  return (of / length) * sampledBytes(length, walk, (at) => read(items[at] as T, walk))
}
