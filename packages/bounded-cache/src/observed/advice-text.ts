const kibibyte = 2 ** 10
const mebibyte = 2 ** 20
/** Above so many of a unit, two digits of it are near enough. */
const leastOfUnit = 16

/** A size for people, such as `64 MiB`. */
export function bytesText(bytes: number): string {
  const [size, unit] = bytes < leastOfUnit * mebibyte ? [kibibyte, 'KiB'] : [mebibyte, 'MiB']
  const count = bytes / size
  return `${Number(count.toFixed(count < 10 ? 1 : 0))} ${unit}`
}

/** A share for people, such as `91 %`; near the whole, where a tenth of a point counts, `99.3 %`. */
export function percentText(share: number): string {
  const percent = (share * 100).toFixed(share >= 0.95 || share < 0.1 ? 1 : 0)
  return `${Number(percent)} %`
}

/** The next bound that is easy to say: two digits of entries, KiB or MiB. */
export function roundedUp(bound: number, unit: 'bytes' | 'entries'): number {
  if (unit === 'entries') return twoDigits(bound)
  const size = [mebibyte, kibibyte].find((one) => bound >= leastOfUnit * one) ?? 1
  return twoDigits(bound / size) * size
}

function twoDigits(value: number): number {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, value))) - 1)
  return Math.ceil(value / step) * step
}
