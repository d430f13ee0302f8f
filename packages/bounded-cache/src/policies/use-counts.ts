/**
 * What one byte says of how an entry was used; a use is one look-up in a table.
 *
 * Bits 0 and 1: uses since the policy last looked, up to 3. Bits 2 to 5: uses on the long run, up to 15, which the
 * policy halves now and then. Bit 6: the policy wants to hear of each use.
 */
const visitMask = 0b11
const frequencyShift = 2
const frequencyMask = 0b1111 << frequencyShift
/** The bits of a byte that a use does not change any more. */
export const saturated: number = visitMask | frequencyMask
/** Bytes from here on belong to slots that the policy watches. */
export const watched = 0b100_0000
/** The byte of a slot without an entry; those of entries are less than half of it. */
export const vacant = 255

/** The byte after a use, by the byte before. */
export const afterUse: Uint8Array = Uint8Array.from({ length: 128 }, (_, uses) =>
  counted(uses, visitsOf(uses) + 1, frequencyOf(uses) + 1),
)

/** The byte with half the frequency, by the byte before; what belongs to no entry stays as it is. */
export const afterHalving: Uint8Array = Uint8Array.from({ length: 256 }, (_, uses) =>
  uses < 2 * watched ? withFrequency(uses, frequencyOf(uses) >> 1) : uses,
)

/** Uses since the policy last looked, 0…3. */
export function visitsOf(uses: number): number {
  return uses & visitMask
}

/** The byte with other visits, 0…3. */
export function withVisits(uses: number, visits: number): number {
  return (uses & ~visitMask) | visits
}

/** Uses on the long run, 0…15. */
export function frequencyOf(uses: number): number {
  return (uses & frequencyMask) >> frequencyShift
}

/** The byte with another frequency, 0…15. */
export function withFrequency(uses: number, frequency: number): number {
  return (uses & ~frequencyMask) | (frequency << frequencyShift)
}

function counted(uses: number, visits: number, frequency: number): number {
  return withFrequency(withVisits(uses, Math.min(3, visits)), Math.min(15, frequency))
}
