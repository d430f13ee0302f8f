import { expect } from 'vitest'

/** Fails unless every element of an SVG is closed, every character escaped, and every number one. */
export function expectWellFormed(svg: string): void {
  const open: string[] = []
  for (const [, slash, name = '', rest = ''] of svg.matchAll(/<(\/?)([\w]+)([^<>]*)>/g)) {
    if (slash === '/') expect(open.pop()).toBe(name)
    else if (!rest.endsWith('/')) open.push(name)
  }
  expect(open).toEqual([])
  expect(svg.replace(/<[^<>]*>/g, '')).not.toMatch(/[<>]|&(?!amp;|lt;|gt;|quot;)/)
  expect(svg).not.toMatch(/NaN|undefined|Infinity/)
}
