/**
 * Compiled modules by the hash of all they were made from. Two files an entry: `KEY.wasm` and `KEY.json`, the second written last, so
 * an entry is whole or absent. May be deleted at any time.
 */

import {mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import type {CompilerDiagnostic} from './motoko/compile-request.js'

export interface BuildCache {
  /** Absolute; made when first needed. */
  readonly folder: string
  /** Builds kept, the oldest go first; 60 when absent. */
  readonly maxEntries?: number
}

export interface CachedBuild {
  readonly wasm: Uint8Array
  readonly candid: string
  readonly stableTypes: string | undefined
  readonly diagnostics: readonly CompilerDiagnostic[]
}

/** A module of Motoko has 0.3 MB and more; those around an interpreter have megabytes, and keep fewer. */
const MAX_ENTRIES = 60

/** The build, which counts as used now; undefined when there is none or it is damaged. */
export function findCachedBuild({folder}: BuildCache, key: string): CachedBuild | undefined {
  try {
    const file = join(folder, `${key}.json`)
    const description = JSON.parse(readFileSync(file, 'utf8')) as Omit<CachedBuild, 'wasm'> & {wasmSize: number}
    const wasm = new Uint8Array(readFileSync(join(folder, `${key}.wasm`)))
    if (wasm.length !== description.wasmSize) return undefined
    const now = new Date()
    utimesSync(file, now, now)
    return {wasm, candid: description.candid, stableTypes: description.stableTypes, diagnostics: description.diagnostics}
  } catch {
    return undefined
  }
}

export function storeCachedBuild({folder, maxEntries = MAX_ENTRIES}: BuildCache, key: string, {wasm, ...description}: CachedBuild): void {
  mkdirSync(folder, {recursive: true})
  replaceFile(join(folder, `${key}.wasm`), wasm)
  replaceFile(join(folder, `${key}.json`), JSON.stringify({...description, wasmSize: wasm.length}))
  dropOldest(folder, maxEntries)
}

function replaceFile(file: string, content: Uint8Array | string): void {
  const part = `${file}.${process.pid}.part`
  writeFileSync(part, content)
  renameSync(part, file)
}

function dropOldest(folder: string, maxEntries: number): void {
  const entries = readdirSync(folder).filter((name) => name.endsWith('.json'))
  if (entries.length <= maxEntries) return
  const byAge = entries.map((name) => ({name, time: statSync(join(folder, name)).mtimeMs})).sort((a, b) => a.time - b.time)
  for (const {name} of byAge.slice(0, byAge.length - maxEntries))
    for (const suffix of ['.json', '.wasm']) rmSync(join(folder, name.replace(/\.json$/, suffix)), {force: true})
}
