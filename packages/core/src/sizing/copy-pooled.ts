interface BufferClass {
  readonly poolSize?: number
  readonly prototype: object
  from(buffer: ArrayBuffer): ArrayBufferView
}

interface ViewClass {
  new (buffer: ArrayBuffer): ArrayBufferView
  readonly prototype: object
}

/** What Node 26 adds to the pool to align it. */
const alignment = 64

const viewClasses: readonly ViewClass[] = [
  Uint8Array,
  DataView,
  Int8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
]

/**
 * The same bytes in a buffer of their own, when the view holds on to more than twice as many; else the view itself.
 *
 * A small `Buffer` of Node.js is cut from a pool of 8 or 64 KiB and keeps all of it. Left alone are views of shared
 * and of resizable memory, and classes of the caller's. Never throws.
 */
export function copyPooled<V extends ArrayBufferView>(view: V): V {
  try {
    const { buffer, byteLength } = view
    if (buffer.byteLength <= 2 * byteLength || !isPlainBuffer(buffer)) return view
    const copyOf = copierFor(Object.getPrototypeOf(view))
    if (copyOf === undefined) return view
    const bytes = new ArrayBuffer(byteLength)
    new Uint8Array(bytes).set(new Uint8Array(buffer, view.byteOffset, byteLength))
    return copyOf(bytes) as V
  } catch {
    return view
  }
}

/** Whether a view is one that Node.js cut from its pool, which many others share. */
export function isPooled(view: ArrayBufferView): boolean {
  const host = bufferClass()
  const { poolSize = 0 } = host ?? {}
  const beyond = view.buffer.byteLength - poolSize
  return (
    beyond >= 0 &&
    beyond <= alignment &&
    view.byteLength < poolSize / 2 &&
    Object.getPrototypeOf(view) === host?.prototype
  )
}

function isPlainBuffer(buffer: ArrayBufferLike): buffer is ArrayBuffer {
  return buffer instanceof ArrayBuffer && (buffer as { resizable?: boolean }).resizable !== true
}

function copierFor(prototype: unknown): ((bytes: ArrayBuffer) => ArrayBufferView) | undefined {
  const host = bufferClass()
  if (host !== undefined && prototype === host.prototype) return (bytes) => host.from(bytes)
  const ViewOf = viewClasses.find((each) => each.prototype === prototype)
  return ViewOf && ((bytes) => new ViewOf(bytes))
}

function bufferClass(): BufferClass | undefined {
  return (globalThis as { Buffer?: BufferClass }).Buffer
}
