import { join } from 'node:path'
import ts from 'typescript'
import { compile } from '../compiler.js'
import { root } from '../workspace.js'

/**
 * The exported types called `…Options` of some entries, each with the names of its options and a function
 * that tells whether a dotted path such as `thresholds.warning` leads anywhere in it.
 */
export function optionTypes(entries) {
  const source = entries.map((entry) => `import '${entry}'`).join('\n')
  const program = compile(
    join(root, 'tests'),
    { 'temp/options.ts': `${source}\nexport {}\n` },
    { module: 'ESNext', moduleResolution: 'Bundler', types: ['node'], skipLibCheck: true },
  )
  return typesOf(program, 'temp/options.ts')
}

/** The same for types that a text declares and exports. */
export function optionTypesIn(text) {
  const program = compile(
    join(root, 'tests'),
    { 'temp/made-up.ts': text, 'temp/options.ts': `import './made-up'\nexport {}\n` },
    { module: 'ESNext', moduleResolution: 'Bundler' },
  )
  return typesOf(program, 'temp/options.ts')
}

function typesOf(program, name) {
  const checker = program.getTypeChecker()
  const file = program.getSourceFiles().find((one) => one.fileName.endsWith(`/${name}`))
  const modules = file.statements
    .filter((statement) => ts.isImportDeclaration(statement))
    .map((statement) => checker.getSymbolAtLocation(statement.moduleSpecifier))
  return modules
    .flatMap((module) => checker.getExportsOfModule(module))
    .filter((symbol) => symbol.name.endsWith('Options') && !symbol.name.startsWith('Resolved'))
    .map((symbol) => optionType(checker, symbol))
}

function optionType(checker, symbol) {
  const aliased = (symbol.flags & ts.SymbolFlags.Alias) !== 0
  const type = checker.getDeclaredTypeOfSymbol(aliased ? checker.getAliasedSymbol(symbol) : symbol)
  return {
    name: symbol.name,
    options: [...new Set(propertiesOf(checker, type).map((one) => one.name))],
    has: (path) => leads(checker, type, path.split('.')),
  }
}

function propertiesOf(checker, type) {
  const parts = type.isUnion() ? type.types : [type]
  return parts.flatMap((part) => checker.getPropertiesOfType(part))
}

function leads(checker, type, [name, ...rest]) {
  return propertiesOf(checker, checker.getNonNullableType(type))
    .filter((property) => property.name === name)
    .some(
      (property) => rest.length === 0 || leads(checker, checker.getTypeOfSymbol(property), rest),
    )
}
