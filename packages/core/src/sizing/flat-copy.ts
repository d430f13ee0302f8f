/** V8 makes no slices and no concatenations shorter than this: `SlicedString::kMinLength`, `ConsString::kMinLength`. */
const shortestTree = 13

/**
 * A copy of a text that holds on to nothing but its own characters.
 *
 * V8 keeps a text that was cut from another as a reference into it, and one that was put together as a tree of its
 * pieces: a key of 31 characters can hold on to a whole request body. Meant for keys and short texts; takes time
 * with the length.
 */
export function flatCopy(text: string): string {
  // Joining writes all parts into a string of its own.
  return text.length < shortestTree ? text : [text.charAt(0), text.slice(1)].join('')
}
