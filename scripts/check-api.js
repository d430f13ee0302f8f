import { mkdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor'

const { name, exports } = JSON.parse(readFileSync('package.json', 'utf8'))
const base = ExtractorConfig.loadFile(resolve(import.meta.dirname, '../api-extractor.base.json'))
const { types = [] } = JSON.parse(readFileSync('tsconfig.json', 'utf8')).compilerOptions ?? {}
const { overrideTsconfig } = base.compiler
const overridden = {
  ...overrideTsconfig,
  // The globals that its sources may name, its declarations may.
  compilerOptions: { ...overrideTsconfig.compilerOptions, types },
}
mkdirSync('etc', { recursive: true })

for (const [subpath, target] of Object.entries(exports)) {
  if (!target.default) continue
  const report = name.replace(/^@.*\//, '') + subpath.slice(1).replaceAll('/', '.')
  const config = ExtractorConfig.prepare({
    configObject: {
      ...base,
      compiler: { ...base.compiler, overrideTsconfig: overridden },
      projectFolder: process.cwd(),
      mainEntryPointFilePath: resolve(target.default.replace(/\.js$/, '.d.ts')),
      apiReport: { ...base.apiReport, reportFileName: `${report}.api.md` },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: resolve('package.json'),
  })
  const { succeeded } = Extractor.invoke(config, {
    localBuild: process.argv.includes('--local'),
  })
  if (!succeeded) process.exitCode = 1
}
