// How V8 lays values out on 64-bit machines without pointer compression, which is how Node.js is built. Read off the
// heap growth of thousands of equal values on Node 20, 22, 24 and 26, which agree to within 16 bytes unless said
// otherwise; `pnpm verify:sizing` measures the outcome again.

/** A field, an element, a reference. Small integers live in it. */
export const slot = 8

/** A number that is no small integer, where no array of doubles or typed array holds it. */
export const heapNumber = 16

/** The bytes of each kind of value without what hangs off it. */
export const flat = {
  symbol: 24,
  text: 16,
  /** With the context that one captured variable makes; what the variables hold is not seen. */
  closure: 96,
  /** Map word, properties, elements. */
  instance: 24,
  /**
   * One slot more than an instance: an object that starts as `{}` has room for four properties, later ones come in
   * threes, while a literal and a parsed one have no room to spare. It does not show which it was.
   */
  record: 32,
  /** `{}`, with its room for four properties. */
  emptyRecord: 56,
  /** A property with a getter or a setter: the pair, a closure, and the hidden class that it needs. */
  accessor: 240,
  array: 32,
  elements: 16,
  date: 104,
  /** Not counting the source; a pattern without any operator takes 80 bytes less. */
  regExp: 176,
  /** With the ten stack frames of a call chain that is as deep: 35 to 58 bytes each. */
  error: 700,
  boxed: 32,
  promise: 48,
  weakCollection: 136,
  weakReference: 32,
  buffer: 92,
  /** A typed array with the buffer of its own. */
  view: 192,
  /** A typed array on a buffer that is counted elsewhere. */
  partOfBuffer: 100,
  /** What the host provides: `URL`, `Headers` and the like keep their fields to themselves. */
  host: 300,
} as const

/** The bytes of a text of so many characters. */
export function textBytes(length: number, bytesEach: 1 | 2): number {
  return flat.text + padded(length * bytesEach)
}

/** The bytes of a big integer of so many bits. */
export function bigIntBytes(bits: number): number {
  return 16 + padded(Math.ceil(bits / 8))
}

/**
 * The bytes of elements in a row. An array that was filled by `push` has room to spare, a literal, a parsed or a
 * mapped one has none, and it does not show which it was: taken is what is at most 28 % more than the least.
 */
export function elementsBytes(length: number): number {
  if (length === 0) return 0
  const least = slot * length
  return flat.elements + Math.min(Math.round(1.28 * least), slot * pushedCapacity(length))
}

/** `JSObject::NewElementsCapacity`: half as much again and 16 each time that an element finds no room. */
function pushedCapacity(length: number): number {
  let capacity = 0
  while (capacity < length) capacity += ((capacity + 1) >> 1) + 17
  return capacity
}

/** The bytes of elements with wide gaps, which V8 keeps as a dictionary of numbers. */
export function sparseBytes(count: number): number {
  return 48 + 24 * tableSize(count)
}

/** The bytes of properties that V8 keeps as a dictionary, without their names. */
export function dictionaryBytes(count: number): number {
  return 64 + 24 * tableSize(count)
}

/** The bytes of the table of a `Map`: a header, three words an entry, a bucket for two entries. */
export function mapBytes(size: number): number {
  return 72 + 28 * powerOfTwo(size)
}

/** The bytes of the table of a `Set`: a header, two words an entry, a bucket for two entries. */
export function setBytes(size: number): number {
  return 72 + 20 * powerOfTwo(size)
}

/**
 * What each name costs that no other object has: a hidden class and the descriptor of the property, 57 to 105 bytes,
 * and less in a record that was filled by key, which becomes a dictionary.
 */
export const ownName = 76

/** The bytes up to a whole word. */
export function padded(bytes: number): number {
  return Math.ceil(bytes / 8) * 8
}

/** `HashTable::ComputeCapacity`: room for half as many again. */
function tableSize(count: number): number {
  return powerOfTwo(count + Math.floor(count / 2))
}

function powerOfTwo(least: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(4, least)))
}
