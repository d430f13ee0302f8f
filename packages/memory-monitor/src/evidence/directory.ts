import { join } from 'node:path'
import {
  type EvidenceFile,
  type EvidenceKind,
  evidenceName,
  parseEvidenceName,
  unfinished,
} from './evidence-file.ts'
import type { EvidenceFileSystem } from './file-system.ts'
import { makeRoom, type StoredFile } from './retention.ts'

/** The bounds of a directory. */
export interface DirectoryBounds {
  readonly maxFiles: number
  readonly maxBytes: number
  /** Bytes of the disk that are left free. */
  readonly minFreeBytes: number
}

/** A directory, its bounds, and how it is reached. */
export interface DirectoryOptions extends DirectoryBounds {
  readonly path: string
  readonly fileSystem: EvidenceFileSystem
}

/** Whose files are written. */
export interface EvidenceOwner {
  readonly at: number
  readonly pid: number
  readonly threadId: number
}

/** Something could not be written for a reason that is not a failure: no room, no leave. */
export class Refusal extends Error {}

/** Writes the files of one collection into a directory and keeps that inside its bounds. */
export class EvidenceDirectory {
  readonly #path: string
  readonly #bounds: DirectoryBounds
  readonly #fileSystem: EvidenceFileSystem
  readonly #owner: EvidenceOwner
  readonly #signal: AbortSignal
  #files: StoredFile[] = []
  #sequence = 0

  /** Writes nothing more once `signal` is aborted. */
  constructor(
    { path, fileSystem, ...bounds }: DirectoryOptions,
    owner: EvidenceOwner,
    signal: AbortSignal,
  ) {
    this.#path = path
    this.#bounds = bounds
    this.#fileSystem = fileSystem
    this.#owner = owner
    this.#signal = signal
  }

  /**
   * Makes the directory where it is missing, and returns the time of the newest of our files there.
   */
  async open(): Promise<number | undefined> {
    await this.#fileSystem.mkdir(this.#path, { recursive: true, mode: 0o700 })
    this.#files = (await this.#found()).map((file) => ({ ...file, current: false }))
    const { at, pid, threadId } = this.#owner
    let newest: number | undefined
    for (const { name, at: made } of this.#files) {
      newest = Math.max(newest ?? made, made)
      const parsed = parseEvidenceName(name)
      if (parsed?.at === at && parsed.pid === pid && parsed.threadId === threadId)
        this.#sequence = Math.max(this.#sequence, parsed.sequence + 1)
    }
    return newest
  }

  /** Writes a text as one file, or replaces it where this collection has written it before. */
  write(kind: EvidenceKind, text: string): Promise<EvidenceFile> {
    const content = Buffer.from(text)
    return this.#add(kind, content.length, async (path) => {
      const file = await this.#fileSystem.open(path, 'wx', 0o600)
      try {
        await file.writeFile(content)
      } finally {
        await file.close()
      }
    })
  }

  /**
   * Adds a file that `make` writes by itself, under the path it is given; `expectedBytes`
   * is what it may take.
   */
  make(
    kind: EvidenceKind,
    expectedBytes: number,
    make: (path: string) => void,
  ): Promise<EvidenceFile> {
    return this.#add(kind, expectedBytes, async (path) => make(path))
  }

  async #add(
    kind: EvidenceKind,
    expectedBytes: number,
    fill: (path: string) => Promise<void>,
  ): Promise<EvidenceFile> {
    const { at } = this.#owner
    const name = evidenceName({ kind, ...this.#owner, sequence: this.#sequence })
    const others = this.#files.filter((file) => file.name !== name)
    const roomBytes = await this.#makeRoom(others, expectedBytes)
    const path = join(this.#path, name)
    const partial = path + unfinished
    this.#signal.throwIfAborted()
    try {
      await fill(partial)
      this.#signal.throwIfAborted()
      const { size: bytes } = await this.#fileSystem.stat(partial)
      if (bytes > roomBytes)
        throw new Refusal(`it has ${bytes} bytes, and \`maxBytes\` leaves ${roomBytes}`)
      await this.#fileSystem.rename(partial, path)
      this.#files = this.#files.filter((file) => file.name !== name)
      this.#files.push({ name, bytes, at, current: true })
      return { kind, path, bytes }
    } catch (error) {
      // It may never have been made; what matters is why.
      await this.#fileSystem.unlink(partial).catch(() => undefined)
      throw error
    }
  }

  /**
   * Removes the oldest files until one more of such a size is inside the bounds; returns
   * the most it may have.
   */
  async #makeRoom(files: readonly StoredFile[], expectedBytes: number): Promise<number> {
    const { remove, refusal, roomBytes } = makeRoom(files, expectedBytes, this.#bounds)
    if (refusal !== undefined) throw new Refusal(refusal)
    for (const name of remove) {
      await this.#fileSystem.unlink(join(this.#path, name)).catch((error: unknown) => {
        // Another process that writes here may have been faster.
        if ((error as { code?: unknown }).code !== 'ENOENT') throw error
      })
      this.#files = this.#files.filter((file) => file.name !== name)
    }
    const { bavail, bsize } = await this.#fileSystem.statfs(this.#path)
    const free = bavail * bsize
    const needed = expectedBytes + this.#bounds.minFreeBytes
    if (!(free >= needed)) {
      throw new Refusal(
        `the disk has ${free} bytes free, and ${needed} must be: about ${expectedBytes} for the file, ` +
          'and `minFree`',
      )
    }
    return roomBytes
  }

  /** Our files in the directory. */
  async #found(): Promise<readonly Omit<StoredFile, 'current'>[]> {
    const names = await this.#fileSystem.readdir(this.#path)
    const found = names.map(async (name) => {
      const parsed = parseEvidenceName(name)
      if (parsed === undefined) return undefined
      try {
        const { size } = await this.#fileSystem.stat(join(this.#path, name))
        return { name, bytes: size, at: parsed.at }
      } catch {
        // Another process has removed it since it was listed.
        return undefined
      }
    })
    return (await Promise.all(found)).filter((file) => file !== undefined)
  }
}
