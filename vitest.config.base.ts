import { fileURLToPath } from 'node:url'
import type { ViteUserConfig } from 'vitest/config'

const failOnConsole = fileURLToPath(new URL('./vitest.setup.ts', import.meta.url))

/** The test setup every package shares: tests read `src`, never `dist`. */
export function library(): ViteUserConfig {
  const conditions = ['@cultus/source']
  return {
    resolve: { conditions },
    ssr: { resolve: { conditions } },
    test: {
      include: ['test/**/*.test.ts'],
      setupFiles: [failOnConsole],
      pool: 'forks',
      execArgv: ['--expose-gc'],
      unstubGlobals: true,
      typecheck: {
        enabled: true,
        tsconfig: 'test/tsconfig.json',
        include: ['test/**/*.test-d.ts'],
      },
    },
  }
}
