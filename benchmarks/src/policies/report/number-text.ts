/** A share in percent as tables show it, or a dash. */
export function percentText(value: number | undefined, digits = 1): string {
  return value === undefined ? '–' : value.toFixed(digits)
}

/** A ratio as tables show it, or a dash. */
export function ratioText(value: number | undefined): string {
  return value === undefined ? '–' : `${value.toFixed(2)} ×`
}

/** A whole number with thousands apart. */
export function countText(value: number): string {
  return value.toLocaleString('en-GB')
}

/** Bytes in the largest unit of which there is one. */
export function bytesText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(bytes) / 10)))
  const value = bytes / 1_024 ** power
  return `${power === 0 ? value : value.toFixed(1)} ${units[power]}`
}
