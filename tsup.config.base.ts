import type { Options } from 'tsup'

/** The build every package shares: ESM with declarations. */
export function library(overrides: Options = {}): Options {
  return {
    entry: ['src/index.ts'],
    format: 'esm',
    target: 'node20',
    platform: 'neutral',
    // tsup 8 hands TypeScript a `baseUrl`, which TypeScript 6 rejects: egoist/tsup#1388.
    dts: { compilerOptions: { ignoreDeprecations: '6.0' } },
    sourcemap: true,
    clean: true,
    ...overrides,
  }
}
