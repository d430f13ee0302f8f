/** Rows as text with aligned columns; the first row is the head, the first column is aligned left. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  )
  const lines = rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  '),
  )
  const rule = '-'.repeat((lines[0] ?? '').length)
  return [lines[0] ?? '', rule, ...lines.slice(1)].join('\n')
}
