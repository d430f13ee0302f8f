/** A record as services return them: ten fields of mixed types, told apart by `id`. */
export function rowOf(id: number): object {
  return {
    id,
    title: `row ${id}`,
    open: id % 2 === 0,
    owner: `user ${id % 97}`,
    price: id * 1.5,
    quantity: id % 12,
    note: null,
    code: `code-${id}`,
    at: '2026-11-24T00:00:00Z',
    tags: ['a', 'b'],
  }
}

/** A page of results: forty rows. */
export function pageOf(page: number): object {
  return Array.from({ length: 40 }, (_, row) => rowOf(page * 40 + row))
}
