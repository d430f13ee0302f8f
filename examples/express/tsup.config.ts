import { defineConfig } from 'tsup'
import { library } from '../../tsup.config.base.ts'

export default defineConfig(
  library({
    entry: ['src/service/server.ts', 'src/demo/{run,load,probe}.ts'],
    platform: 'node',
    dts: false,
    sourcemap: false,
  }),
)
