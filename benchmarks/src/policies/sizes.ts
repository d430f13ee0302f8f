import { invalidOption, parseBytes } from '@cultus/core'

/** How large a cache is to be, as a user says it. */
export interface Size {
  readonly label: string
  /** The capacity, where all keys of a trace weigh so much together. */
  capacityOf(everything: number): number
}

/**
 * The sizes in a text such as `0.1%,10%,512` or, where bytes are bounded, `1%,64MiB`.
 *
 * A share is of the different keys, or of the bytes of all of them; the capacity is a whole number of at least 1.
 *
 * @throws CultusError `CULTUS_INVALID_OPTION`
 */
export function parseSizes(text: string, bound: 'entries' | 'bytes'): readonly Size[] {
  return text.split(',').map((word) => parseSize(word.trim(), bound))
}

function parseSize(text: string, bound: 'entries' | 'bytes'): Size {
  const percent = /^(\d+(?:\.\d+)?) ?%$/.exec(text)?.[1]
  if (percent !== undefined && Number(percent) > 0) {
    const share = Number(percent) / 100
    return {
      label: `${Number(percent)} %`,
      capacityOf: (everything) => Math.max(1, Math.round(everything * share)),
    }
  }
  if (bound === 'bytes') {
    const bytes = parseBytes(text, 'sizes')
    return { label: text, capacityOf: () => bytes }
  }
  const entries = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (!(entries >= 1)) throw invalidOption('sizes', 'be entries or shares such as `512,1%`', text)
  return { label: text, capacityOf: () => entries }
}
