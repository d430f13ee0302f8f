/** A list of another length; filled, for an array with holes is slower to read. */
export function resizedList<T>(list: (T | undefined)[], length: number): (T | undefined)[] {
  if (length <= list.length) {
    // V8 gives back what is cut off, in place.
    list.length = length
    return list
  }
  const longer = new Array<T | undefined>(length).fill(undefined)
  for (let index = 0; index < list.length; index++) longer[index] = list[index]
  return longer
}
