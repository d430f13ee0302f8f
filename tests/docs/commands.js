/**
 * The commands of a shell block, each as its words; continued lines are joined and comments left out.
 */
export function commandsOf(code) {
  const commands = []
  const lines = code.replace(/\\\n\s*/g, ' ').split('\n')
  for (const line of lines) {
    const text = line.replace(/(?:^|\s)#.*$/, '').trim()
    if (text === '') continue
    for (const part of text.split(/\s*&&\s*/)) {
      const words = part.split(/\s+/).filter((word) => word !== '')
      while (/^[A-Z_][A-Z0-9_]*=/.test(words[0] ?? '')) words.shift()
      commands.push(words)
    }
  }
  return commands
}

/**
 * What is wrong with a command that a page tells its reader to type, or `undefined`.
 *
 * `facts` is what the repository offers: `scripts`, `bins`, `packageManager` (`pnpm@1.2.3`), `published` and
 * `installable` package names, `repository` (its address), `scriptsOf(package)` and `exists(path)`.
 */
export function faultOf(words, facts) {
  const [command, ...rest] = words
  if (words.some((word) => /[|<>;&`$(){}*]/.test(word))) return 'is more than this test understands'
  switch (command) {
    case 'npm':
      return faultOfNpm(rest, facts)
    case 'pnpm':
      return faultOfPnpm(rest, facts)
    case 'npx':
      return faultOfNpx(rest, facts)
    case 'git':
      return faultOfGit(rest, facts)
    case 'cd':
      if (rest[0] === folderOf(facts.repository) || facts.exists(rest[0] ?? '')) return undefined
      return `enters ${rest[0]}, which is neither the clone nor a folder of it`
    case 'node':
      return faultOfNode(rest, facts)
    default:
      return `starts ${command}, which this test does not know`
  }
}

function faultOfNpm([subcommand, ...rest], facts) {
  if (subcommand === 'test' || subcommand === 't') return faultOfScript('test', facts.scripts)
  if (subcommand === 'run') return faultOfScript(rest[0], facts.scripts)
  if (subcommand === 'install' || subcommand === 'i') return faultOfInstall(rest, facts)
  return `runs npm ${subcommand}, which this test does not know`
}

function faultOfPnpm([subcommand, ...rest], facts) {
  if (subcommand === 'install') return undefined
  if (subcommand === 'add') return faultOfInstall(rest, facts)
  if (subcommand === 'run') return faultOfScript(rest[0], facts.scripts)
  if (subcommand === 'exec') return faultOfBin(rest[0], facts)
  if (subcommand === '--filter') {
    const [name, script] = rest[1] === 'run' ? [rest[0], rest[2]] : rest
    const scripts = facts.scriptsOf(name)
    return scripts === undefined ? `names no package: ${name}` : faultOfScript(script, scripts)
  }
  if (Object.hasOwn(facts.scripts, subcommand ?? '')) return undefined
  return faultOfBin(subcommand, facts)
}

function faultOfNpx(words, facts) {
  const [name, ...rest] = words.filter((word) => word !== '-y' && word !== '--yes')
  // The program of a published package, which `npx` finds by the name of the package.
  if (facts.published.includes(name)) return undefined
  if (!name?.startsWith('pnpm')) return faultOfBin(name, facts)
  if (name !== facts.packageManager) return `starts ${name}, not ${facts.packageManager}`
  return faultOfPnpm(rest, facts)
}

function faultOfGit([subcommand, address, ...rest], facts) {
  if (subcommand !== 'clone') return `runs git ${subcommand}, which this test does not know`
  if (rest.length > 1) return 'has more than an address and a folder'
  const named = address?.replace(/\.git$/, '')
  return named === facts.repository ? undefined : `clones ${address}, not ${facts.repository}`
}

function faultOfNode(words, facts) {
  const script = words.find((word) => !word.startsWith('-'))
  return script !== undefined && facts.exists(script) ? undefined : `runs no file here: ${script}`
}

function faultOfInstall(words, facts) {
  for (const word of words) {
    if (word.startsWith('-')) continue
    if (word === facts.packageManager) continue
    const name = word.replace(/(?<=.)@.*$/, '')
    const own = name.startsWith('@cultus/')
    const known = own ? facts.published : facts.installable
    if (!known.includes(name)) return `installs ${name}, which is no package of this repository`
    if (own && word !== name) return `pins ${word}`
  }
  return undefined
}

function faultOfScript(name, scripts) {
  if (name !== undefined && Object.hasOwn(scripts, name)) return undefined
  return `runs the script ${name}, which does not exist`
}

function faultOfBin(name, facts) {
  return facts.bins.includes(name) ? undefined : `starts ${name}, which is not installed here`
}

function folderOf(address) {
  return address.slice(address.lastIndexOf('/') + 1)
}
