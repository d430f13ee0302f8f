/** The settings of an infinite query whose pages come from `page`. */
export function pagesOf(
  key: number,
  page: (pageParam: number) => unknown,
): {
  queryKey: readonly unknown[]
  queryFn: (context: { pageParam: number }) => unknown
  initialPageParam: number
  getNextPageParam: (last: unknown, pages: readonly unknown[]) => number
} {
  return {
    queryKey: ['pages', key],
    queryFn: ({ pageParam }) => page(pageParam),
    initialPageParam: 0,
    getNextPageParam: (_, pages) => pages.length,
  }
}
