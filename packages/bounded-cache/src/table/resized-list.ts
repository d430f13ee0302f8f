/** A list of another length; what is new is filled, for an array with holes is slower to read. */
export function resizedList<T>(list: T[], length: number, filler: T): T[] {
  if (length <= list.length) {
    // V8 gives back what is cut off, in place.
    list.length = length
    return list
  }
  const longer = new Array<T>(length).fill(filler)
  for (let index = 0; index < list.length; index++) longer[index] = list[index] as T
  return longer
}
