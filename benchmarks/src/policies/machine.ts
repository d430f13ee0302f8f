import { cpus, totalmem } from 'node:os'

/** What a reader must know of where figures were taken. */
export interface Machine {
  readonly node: string
  readonly v8: string
  readonly processor: string
  readonly cores: number
  readonly gibibytes: number
  readonly platform: string
}

export function thisMachine(): Machine {
  return {
    node: process.version,
    v8: process.versions.v8,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    gibibytes: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
  }
}
