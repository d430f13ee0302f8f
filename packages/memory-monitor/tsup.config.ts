import { defineConfig } from 'tsup'
import { library } from '../../tsup.config.base.ts'

const published = ['src/index.ts', 'src/browser/index.ts', 'src/trace/index.ts']
const programs = ['src/cli/bin.ts', 'src/self-test/child.ts']

export default defineConfig(
  library({
    entry: [...published, ...programs],
    platform: 'node',
    // tsup 8 cuts the `node:` prefix off imports; Deno and bundlers need it.
    removeNodeProtocol: false,
    dts: {
      entry: published,
      compilerOptions: { ignoreDeprecations: '6.0', stripInternal: true },
    },
  }),
)
