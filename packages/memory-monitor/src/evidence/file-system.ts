import {
  type FileHandle,
  mkdir,
  open,
  readdir,
  rename,
  stat,
  statfs,
  unlink,
} from 'node:fs/promises'

/** The calls of `node:fs/promises` that evidence is written with. */
export interface EvidenceFileSystem {
  mkdir(path: string, options: { recursive: true; mode: number }): Promise<unknown>
  readdir(path: string): Promise<readonly string[]>
  stat(path: string): Promise<{ readonly size: number }>
  statfs(path: string): Promise<{ readonly bavail: number; readonly bsize: number }>
  open(path: string, flags: string, mode: number): Promise<Pick<FileHandle, 'writeFile' | 'close'>>
  rename(from: string, to: string): Promise<void>
  unlink(path: string): Promise<void>
}

/** The file system of the machine. */
export const nodeFileSystem: EvidenceFileSystem = {
  mkdir,
  readdir,
  stat,
  statfs,
  open,
  rename,
  unlink,
}
