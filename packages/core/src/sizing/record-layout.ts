import { dictionaryBytes, elementsBytes, flat, ownName, slot, sparseBytes } from './layout.ts'
import type { Names } from './names.ts'

/** V8 keeps objects with more names as dictionaries, parsed ones on all versions and literals on some. */
const mostFields = 128
/** Records of so few fields come out of literals and parsers, without room to spare. */
const fewFields = 2
/** With more names than this a record that was filled one by one is a dictionary. */
const mostFilled = 20

/** The bytes of a record without its values; `header` is that of its kind, `bare` says that it has no prototype. */
export function recordLayout(names: Names, header: number, bare: boolean): number {
  const { named, things, numbered } = names
  if (names.indexes === 0 && !(bare || things) && named <= mostFilled)
    return (named <= fewFields ? Math.min(header, flat.instance) : header) + slot * named
  const indexed = indexedBytes(names)
  // Each a string of its own, and up to a whole word.
  const bytes = named * (flat.text + 4) + names.characters
  if (bare) return flat.instance + dictionaryBytes(named) + (things ? bytes : 0) + indexed
  if (named > mostFields) {
    // Words may be names that other such records have too: half.
    const own = things ? bytes : bytes / 2
    return flat.instance + dictionaryBytes(named) + own + indexed
  }
  if (things) return header + named * (slot + ownName) + bytes + indexed
  // Numbered names come out of a loop, which fills one by one.
  if (numbered && named > mostFilled) return flat.instance + dictionaryBytes(named) + indexed
  return header + slot * named + indexed
}

function indexedBytes({ indexes, lastIndex }: Names): number {
  if (indexes === 0) return 0
  return isSparse(indexes, lastIndex + 1) ? sparseBytes(indexes) : elementsBytes(lastIndex + 1)
}

/** Whether V8 keeps so many elements within such a length as a dictionary: `ShouldConvertToSlowElements`. */
export function isSparse(count: number, length: number): boolean {
  return length > 500 && 3 * sparseBytes(count) <= slot * length
}
