/** An array of numbers that the garbage collector does not look into. */
export type Cells =
  | Uint8Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array

/** `to`, with as much of `from` as fits. */
export function resized<T extends Cells>(from: T, to: T): T {
  to.set(from.subarray(0, Math.min(from.length, to.length)))
  return to
}
