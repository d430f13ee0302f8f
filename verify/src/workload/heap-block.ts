/** Bytes of one item: a JSArray (32), its backing store (16 and 8 for each of 120 small integers), a place to stand. */
export const itemBytes: number = 32 + 16 + 8 * 120 + 8

/** Objects that were allocated together; dropping the block drops them all. */
export type Block = readonly (readonly number[])[]

/** Allocates about so many bytes of small objects. */
export function heapBlock(bytes: number): Block {
  const block: number[][] = []
  for (let left = bytes; left > 0; left -= itemBytes) block.push(new Array<number>(120).fill(left))
  return block
}
