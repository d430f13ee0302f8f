/** The own names of a record. */
export interface Names {
  /** Those that are indexes, which come first. */
  readonly indexes: number
  /** The greatest index. */
  readonly lastIndex: number
  /** The others. */
  readonly named: number
  /** The characters of the others. */
  readonly characters: number
  /** Whether they are the ids of things, and so belong to this record alone. */
  readonly things: boolean
  /** Whether they are numbered, such as `key17`. */
  readonly numbered: boolean
}

/** The most names that are looked at. */
const mostNames = 16
/** Names of fields are seldom longer; those of things are, or end with a number. */
const longField = 14
/** Two numbers, a long one, one beside a separator, or an address: `4f1c9e…`, `2024-05-01`, `user:7`, `a@example.com`. */
const identifying = /\d\D+\d|\d{4}|[/:].*\d|\d.*[/:]|.@/

/** Whether a property name looks like one of a table of things by their id, and not like the name of a field. */
export function namesAThing(name: string): boolean {
  // Most names of fields are known without the pattern, which costs as much as reading two properties.
  return (isNumbered(name) || name.length > longField) && identifying.test(name)
}

/** Whether a name ends with a number, as those do that are made in a loop. */
export function isNumbered(name: string): boolean {
  const last = name.charCodeAt(name.length - 1)
  return last >= 48 && last <= 57
}

/** Whether a property name is an index, which V8 keeps with the elements: `'0'` and up, without leading zeros. */
export function isIndex(name: string): boolean {
  const first = name.charCodeAt(0)
  if (!(first >= 48 && first <= 57) || name.length > 10) return false
  const index = Number(name)
  return index < 2 ** 32 - 1 && `${index}` === name
}

/** Sums up many names, indexes first as V8 has them; looks at some only. */
export function namesOf(names: readonly string[]): Names {
  let indexes = 0
  let beyond = names.length
  while (indexes < beyond) {
    const middle = (indexes + beyond) >> 1
    if (isIndex(names[middle] ?? '')) indexes = middle + 1
    else beyond = middle
  }
  const named = names.length - indexes
  const stride = Math.max(1, Math.floor(named / mostNames))
  let read = 0
  let characters = 0
  let things = 0
  let numbered = 0
  for (let at = indexes; at < names.length; at += stride) {
    const name = names[at] ?? ''
    read += 1
    characters += name.length
    if (namesAThing(name)) things += 1
    if (isNumbered(name)) numbered += 1
  }
  return {
    indexes,
    lastIndex: Number(names[indexes - 1] ?? 0),
    named,
    characters: read === 0 ? 0 : (characters / read) * named,
    things: things > read / 2,
    numbered: numbered > read / 2,
  }
}
