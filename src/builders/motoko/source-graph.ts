/**
 * The files a Motoko program consists of: what `main` imports, and what that imports. The compiler sees them under *virtual* paths:
 * files of the project under their path from its root (so that positions in trap messages read the same on every machine), packages
 * outside it under `/packages/NAME/`.
 */

import {posix} from 'node:path'
import {findMotokoImports, type MotokoImport} from './imports.js'

export interface SourceGraph {
  /** Virtual path → text, in the order of discovery. */
  readonly files: ReadonlyMap<string, string>
  /** Names in `canister:NAME`, sorted. */
  readonly canisters: readonly string[]
  /** Canister ids in `ic:ID`, as text, sorted. */
  readonly ids: readonly string[]
  /** Packages that an import asks for, sorted; also those that are not there. */
  readonly packages: readonly string[]
}

export interface SourceGraphInput {
  /** Virtual path of the main file. */
  readonly main: string
  /** Package name → virtual folder. Packages that are not listed are left to the compiler. */
  readonly packageFolders: ReadonlyMap<string, string>
  /** Text of a virtual path, or undefined when there is no such file. */
  readonly read: (path: string) => Promise<string | undefined>
}

/** Reads the closure of imports. What is missing stays missing: the compiler reports it with its position. */
export async function readSourceGraph({main, packageFolders, read}: SourceGraphInput): Promise<SourceGraph> {
  const files = new Map<string, string>()
  const seen = new Set<string>()
  const canisters = new Set<string>()
  const ids = new Set<string>()
  const packages = new Set<string>()
  let wave: (readonly string[])[] = [[main]]
  while (wave.length > 0) {
    const texts = await Promise.all(wave.map((candidates) => readFirst(candidates, read)))
    wave = []
    for (const found of texts) {
      if (!found || files.has(found.path)) continue
      files.set(found.path, found.text)
      for (const item of findMotokoImports(found.text)) {
        if (item.kind === 'canister') canisters.add(item.name)
        if (item.kind === 'id') ids.add(item.id)
        if (item.kind === 'package') packages.add(item.name)
        const candidates = resolveImport(found.path, item, packageFolders)
        if (candidates.length === 0 || seen.has(candidates[0]!)) continue
        seen.add(candidates[0]!)
        wave.push(candidates)
      }
    }
  }
  return {files, canisters: [...canisters].sort(), ids: [...ids].sort(), packages: [...packages].sort()}
}

/** The paths where an import may lie, first match wins: `x.mo`, then `x/lib.mo`. */
function resolveImport(importer: string, item: MotokoImport, packageFolders: ReadonlyMap<string, string>): string[] {
  if (item.kind === 'file') return libraryCandidates(posix.join(posix.dirname(importer), item.path))
  if (item.kind !== 'package') return []
  const folder = packageFolders.get(item.name)
  if (folder === undefined) return []
  return item.path === '' ? [posix.join(folder, 'lib.mo')] : libraryCandidates(posix.join(folder, item.path))
}

function libraryCandidates(path: string): string[] {
  return path.endsWith('.mo') ? [path] : [`${path}.mo`, posix.join(path, 'lib.mo')]
}

async function readFirst(candidates: readonly string[], read: SourceGraphInput['read']): Promise<{path: string; text: string} | undefined> {
  for (const path of candidates) {
    const text = await read(path)
    if (text !== undefined) return {path, text}
  }
  return undefined
}
