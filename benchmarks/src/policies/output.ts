/** Where a command writes. */
export interface Output {
  /** Results, a text of one or more lines. */
  readonly print: (text: string) => void
  /** Progress, on one line that is written over and over. */
  readonly write: (text: string) => void
}
