import { dirname, join, resolve } from 'node:path'
import ts from 'typescript'

const libraries = new Map()

/**
 * A TypeScript program over sources that exist only in memory, as if they lay in `folder`.
 *
 * `sources` maps file names to text; `options` are written as in a tsconfig.
 */
export function compile(folder, sources, options) {
  const { options: converted, errors } = ts.convertCompilerOptionsFromJson(
    { strict: true, noEmit: true, target: 'ES2022', types: [], ...options },
    folder,
  )
  if (errors.length > 0) throw new Error(formatted(errors))
  const texts = new Map(
    Object.entries(sources).map(([name, text]) => [slashed(join(folder, name)), text]),
  )
  const host = ts.createCompilerHost(converted)
  const { directoryExists, fileExists, readFile, getSourceFile } = host
  const directories = new Set([...texts.keys()].map((path) => dirname(path)))
  host.getCurrentDirectory = () => folder
  host.directoryExists = (path) => directories.has(slashed(path)) || directoryExists(path)
  host.fileExists = (path) => texts.has(slashed(path)) || fileExists(path)
  host.readFile = (path) => texts.get(slashed(path)) ?? readFile(path)
  host.getSourceFile = (path, settings, ...rest) => {
    const text = texts.get(slashed(path))
    if (text !== undefined) return ts.createSourceFile(path, text, settings)
    // The declarations of the language are most of the work, and the same for every program.
    if (dirname(path) !== dirname(host.getDefaultLibFileName(converted))) {
      return getSourceFile(path, settings, ...rest)
    }
    const known = libraries.get(path) ?? getSourceFile(path, settings, ...rest)
    libraries.set(path, known)
    return known
  }
  return ts.createProgram([...texts.keys()], converted, host)
}

/** Everything the compiler has to say, as it would print it. */
export function complaints(program) {
  return formatted(ts.getPreEmitDiagnostics(program))
}

/** What the compiler has to say, as `{ code, message, file, line, column }`, counted from 1. */
export function diagnosed(program) {
  return ts.getPreEmitDiagnostics(program).map(({ code, messageText, file, start }) => {
    const position = file?.getLineAndCharacterOfPosition(start ?? 0)
    return {
      code,
      message: ts.flattenDiagnosticMessageText(messageText, '\n'),
      file: file?.fileName ?? '',
      line: (position?.line ?? 0) + 1,
      column: (position?.character ?? 0) + 1,
    }
  })
}

/** The names of the values, types aside, that a file of the program imports as each namespace. */
export function valuesOfNamespaces(program, name) {
  const checker = program.getTypeChecker()
  const file = program.getSourceFiles().find((one) => one.fileName.endsWith(`/${name}`))
  const namespaces = {}
  for (const statement of file.statements) {
    if (!ts.isImportDeclaration(statement)) continue
    const symbol = checker.getSymbolAtLocation(statement.moduleSpecifier)
    namespaces[statement.moduleSpecifier.text] = checker
      .getExportsOfModule(symbol)
      .filter((one) => isValue(checker, one))
      .map((one) => one.name)
      .sort()
  }
  return namespaces
}

function isValue(checker, symbol) {
  const aliased = (symbol.flags & ts.SymbolFlags.Alias) !== 0
  const target = aliased ? checker.getAliasedSymbol(symbol) : symbol
  if ((target.flags & ts.SymbolFlags.Value) === 0) return false
  return !(aliased && symbol.declarations?.some((one) => ts.isTypeOnlyExportDeclaration(one)))
}

function formatted(diagnostics) {
  return ts.formatDiagnostics(diagnostics, {
    getCanonicalFileName: (name) => name,
    getCurrentDirectory: () => '',
    getNewLine: () => '\n',
  })
}

function slashed(path) {
  return resolve(path).replaceAll('\\', '/')
}
