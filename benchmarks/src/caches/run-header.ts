import { cpus, totalmem } from 'node:os'

/** Where and with what figures were taken. */
export interface RunHeader {
  readonly processor: string
  readonly cores: number
  readonly gibibytes: number
  readonly platform: string
  readonly seed: number
  /** What of each package was measured, by name. */
  readonly versions: Readonly<Record<string, string>>
}

/** The header of a run on this machine. */
export function headerOf(seed: number, versions: Readonly<Record<string, string>>): RunHeader {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    gibibytes: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    seed,
    versions,
  }
}

/** The header as a list; `nodes` are the versions of Node.js, with that of V8. */
export function headerLines(header: RunHeader, nodes: readonly string[]): readonly string[] {
  const { processor, cores, gibibytes, platform, seed, versions } = header
  const packages = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return [
    `- ${processor}, ${cores} cores, ${gibibytes} GiB, ${platform}`,
    `- ${nodes.join('; ')}`,
    `- ${packages.join(', ')}`,
    `- seed ${seed}`,
  ]
}
