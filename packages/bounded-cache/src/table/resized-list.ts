/** A list of another length; filled, for an array with holes is slower to read. */
export function resizedList<T>(
  from: readonly (T | undefined)[],
  length: number,
): (T | undefined)[] {
  const list = new Array<T | undefined>(length).fill(undefined)
  for (let index = 0; index < Math.min(from.length, length); index++) list[index] = from[index]
  return list
}
