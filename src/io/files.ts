/** Files: what is absent is undefined, what is written is written whole. */
import {mkdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import {dirname} from 'node:path'

/** The `code` of a system error (`ENOENT`, `EADDRINUSE` …), or undefined. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}

/** The text of a file, or undefined when there is no such file. */
export function findText(file: string): string | undefined {
  return findBytes(file)?.toString('utf8')
}

/** The bytes of a file, or undefined when there is no such file. */
export function findBytes(file: string): Buffer | undefined {
  try {
    return readFileSync(file)
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined
    throw error
  }
}

export interface WriteOptions {
  /** Permissions of a new file, e.g. 0o600; the platform's default when absent. */
  readonly mode?: number
}

/** Replaces a file in one step: a reader sees the old content or the new, never a part. Makes the folder. */
export function writeText(file: string, text: string, options: WriteOptions = {}): void {
  writeBytes(file, Buffer.from(text), options)
}

/** As `writeText`. */
export function writeBytes(file: string, bytes: Uint8Array, {mode}: WriteOptions = {}): void {
  mkdirSync(dirname(file), {recursive: true})
  const part = `${file}.${process.pid}.part`
  try {
    writeFileSync(part, bytes, mode === undefined ? {} : {mode})
    renameSync(part, file)
  } catch (error) {
    rmSync(part, {force: true})
    throw error
  }
}

/** Writes a value as JSON with two-space indent and a final newline, as dfx does. */
export function writeJson(file: string, value: unknown, options: WriteOptions = {}): void {
  writeText(file, `${JSON.stringify(value, null, 2)}\n`, options)
}
