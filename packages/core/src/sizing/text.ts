import { textBytes } from './layout.ts'

interface Host {
  readonly process?: {
    getBuiltinModule?(name: string): {
      readonly isStringOneByteRepresentation?: (text: string) => boolean
    }
  }
}

const beyondLatin1 = /[^\0-\xff]/
const nothing = /^/

let asksV8: ((text: string) => boolean) | undefined

/** The bytes of a string: one for each character when V8 keeps it so, else two. */
export function stringBytes(text: string): number {
  const { length } = text
  asksV8 ??= isOneByte()
  return textBytes(length, length === 0 || asksV8(text) ? 1 : 2)
}

/** Whether V8 has but one string of this content, and always: the empty one and those of one Latin-1 character. */
export function isUnique(text: string): boolean {
  return text.length < 2 && text <= '\xff'
}

function isOneByte(): (text: string) => boolean {
  try {
    // From Node 22.15 on.
    const v8 = (globalThis as Host).process?.getBuiltinModule?.('node:v8')
    const ask = v8?.isStringOneByteRepresentation
    if (ask?.('a') === true) return ask
  } catch {
    // A host that forbids it has none.
  }
  return isLatin1
}

/** Takes no time for a string that V8 keeps in one byte: it knows that the pattern cannot match there. */
function isLatin1(text: string): boolean {
  if (!beyondLatin1.test(text)) return true
  // Else V8 would hold the text until the next match.
  nothing.test('')
  return false
}
