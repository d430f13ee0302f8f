/** Rows as text with aligned columns; the first row is the head, the first column is aligned left. */
export function table(rows: readonly (readonly string[])[]): string {
  const head = rows[0] ?? []
  const widths = head.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  const lines = rows.map((row) =>
    head
      .map((_, column) => {
        const cell = row[column] ?? ''
        const width = widths[column] ?? 0
        return column === 0 ? cell.padEnd(width) : cell.padStart(width)
      })
      .join('  ')
      .trimEnd(),
  )
  const rule = '-'.repeat(Math.max(0, ...lines.map((line) => line.length)))
  return [lines[0] ?? '', rule, ...lines.slice(1)].join('\n')
}
