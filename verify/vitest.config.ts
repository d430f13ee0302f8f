import { defineConfig } from 'vitest/config'
import { library } from '../vitest.config.base.ts'

export default defineConfig(library())
