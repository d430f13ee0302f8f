/** Rows as a Markdown table; the first row is the head, the first `left` columns are aligned left. */
export function markdownTable(rows: readonly (readonly string[])[], left = 1): string {
  const [head = [], ...body] = rows
  const rule = head.map((_, column) => (column < left ? '---' : '--:'))
  return [head, rule, ...body].map((row) => `| ${row.map(escaped).join(' | ')} |`).join('\n')
}

function escaped(cell: string): string {
  return cell.replaceAll('|', '\\|')
}
