/**
 * The few file operations that log and checkpoints are made of, as an interface: tests put a file system behind it that loses,
 * tears and reorders what was not synced.
 */

import {closeSync, fdatasync, fstatSync, openSync, readSync} from 'node:fs'
import {type FileHandle, mkdir, open, readdir, readFile, rename, rm} from 'node:fs/promises'

export interface WritableFile {
  /** Writes at `position` and returns how many bytes were taken: possibly fewer. */
  write(bytes: Uint8Array, position: number): Promise<number>
  /** Returns when all that was written is on disk. */
  sync(): Promise<void>
  truncate(sizeBytes: number): Promise<void>
  close(): Promise<void>
}

export interface ReadableFile {
  readonly sizeBytes: number
  /** The bytes at `position`, fewer when the file ends. Blocks. */
  readSync(position: number, length: number): Uint8Array
  close(): void
}

export interface StoreFs {
  makeFolder(path: string): Promise<void>
  /** Names in the folder, in no order. */
  list(folder: string): Promise<readonly string[]>
  /** Undefined when there is no such file. */
  readFile(path: string): Promise<Uint8Array | undefined>
  /** Creates the file when it is missing and keeps its content otherwise. */
  openForWriting(path: string): Promise<WritableFile>
  openForReading(path: string): ReadableFile
  rename(from: string, to: string): Promise<void>
  remove(path: string): Promise<void>
  /** Makes creations, renames and removals in the folder durable. */
  syncFolder(folder: string): Promise<void>
}

export function fileSize(fs: StoreFs, path: string): number {
  const file = fs.openForReading(path)
  file.close()
  return file.sizeBytes
}

/** Writes all of `bytes`, in as many steps as the system takes. */
export async function writeFully(file: WritableFile, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const written = await file.write(done === 0 ? bytes : bytes.subarray(done), position + done)
    if (written <= 0) throw new Error('the system takes no more bytes')
    done += written
  }
}

export const nodeFs: StoreFs = {
  makeFolder: async (path) => void (await mkdir(path, {recursive: true})),
  list: (folder) => readdir(folder),
  readFile: async (path) => {
    try {
      return await readFile(path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  },
  openForWriting: async (path) => new NodeWritableFile(await openKeeping(path)),
  openForReading: (path) => new NodeReadableFile(path),
  rename,
  remove: (path) => rm(path, {force: true}),
  syncFolder: async (folder) => {
    // Windows has no handle of a folder to sync: NTFS journals its entries by itself.
    if (process.platform === 'win32') return
    const handle = await open(folder, 'r')
    await handle.sync().finally(() => handle.close())
  },
}

async function openKeeping(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r+')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return await open(path, 'w+')
  }
}

class NodeWritableFile implements WritableFile {
  readonly #handle: FileHandle

  constructor(handle: FileHandle) {
    this.#handle = handle
  }

  async write(bytes: Uint8Array, position: number): Promise<number> {
    return (await this.#handle.write(bytes, 0, bytes.length, position)).bytesWritten
  }

  sync(): Promise<void> {
    return new Promise((resolve, reject) => fdatasync(this.#handle.fd, (error) => (error ? reject(error) : resolve())))
  }

  truncate(sizeBytes: number): Promise<void> {
    return this.#handle.truncate(sizeBytes)
  }

  close(): Promise<void> {
    return this.#handle.close()
  }
}

class NodeReadableFile implements ReadableFile {
  readonly #fd: number
  readonly sizeBytes: number

  constructor(path: string) {
    this.#fd = openSync(path, 'r')
    this.sizeBytes = fstatSync(this.#fd).size
  }

  readSync(position: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length)
    let done = 0
    while (done < length) {
      const count = readSync(this.#fd, bytes, done, length - done, position + done)
      if (count === 0) break
      done += count
    }
    return done === length ? bytes : bytes.subarray(0, done)
  }

  close(): void {
    closeSync(this.#fd)
  }
}
