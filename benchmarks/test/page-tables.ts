/** For each Markdown table of a page, how many cells its rows have: one number where it is well-formed. */
export function cellCounts(page: string): readonly (readonly number[])[] {
  return page
    .split('\n\n')
    .filter((block) => block.startsWith('|'))
    .map((table) => {
      const rows = table.trim().split('\n')
      return [...new Set(rows.map((row) => row.split(/(?<!\\)\|/).length - 2))]
    })
}
