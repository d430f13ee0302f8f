import { afterAll, beforeAll, vi } from 'vitest'

const methods = ['debug', 'error', 'info', 'log', 'warn'] as const

beforeAll(() => {
  for (const method of methods) {
    vi.spyOn(console, method).mockImplementation((...values: unknown[]) => {
      throw new Error(`console.${method} was called: ${values.join(' ')}`)
    })
  }
})

afterAll(() => {
  vi.restoreAllMocks()
})
