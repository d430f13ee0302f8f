/** Heap and array buffers in use after as many collections as it takes; needs `--expose-gc`. */
export function heldBytes(): number {
  for (let round = 0; round < 5; round++) globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
