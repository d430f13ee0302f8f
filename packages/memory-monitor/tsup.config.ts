import { defineConfig } from 'tsup'
import { library } from '../../tsup.config.base.ts'

export default defineConfig(
  library({
    platform: 'node',
    // tsup 8 cuts the `node:` prefix off imports; Deno and bundlers need it.
    removeNodeProtocol: false,
    dts: { compilerOptions: { ignoreDeprecations: '6.0', stripInternal: true } },
  }),
)
