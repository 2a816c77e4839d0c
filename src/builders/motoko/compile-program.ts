/** Compiles a Motoko canister, or finds in the cache what compiling would give. */

import {readFileSync} from 'node:fs'
import {createRequire} from 'node:module'
import {encodeUtf8, toHex} from '../../base/bytes.js'
import {sha256} from '../../base/sha256.js'
import {MANAGEMENT_DID} from '../../candid/management.js'
import type {Artifact, Diagnostic, TextPosition} from '../artifact.js'
import {type BuildCache, type CachedBuild, findCachedBuild, storeCachedBuild} from '../build-cache.js'
import {renderDiagnostic} from '../diagnostics.js'
import {CompilationFailed} from '../errors.js'
import {BUNDLED_PACKAGES} from './bundled-packages.js'
import type {CompileOutput, CompilerDiagnostic, MotokoProgram} from './compile-request.js'
import type {MotokoCompiler} from './compiler.js'
import type {MotokoProgramFiles} from './program.js'

export interface MotokoBuildContext {
  readonly compiler: MotokoCompiler
  /** Undefined: compile always. */
  readonly cache: BuildCache | undefined
  /** Canisters that the program may import. */
  readonly siblings: ReadonlyMap<string, Sibling>
}

export interface Sibling {
  /** Canister id as text. */
  readonly id: string
  readonly candid: string
}

export interface MotokoBuild {
  readonly artifact: Artifact
  /** Warnings as they are shown, each with its source line. */
  readonly warnings: readonly string[]
  readonly isCached: boolean
}

/** The name of the sections that dfx asks `moc` to make public. */
const PUBLIC_METADATA = ['candid:service', 'candid:args']
/** Rises when the content of a cached build changes its meaning. */
const CACHE_FORMAT = 1

/** Throws CompilationFailed with every finding, CompilerCrashed. */
export async function compileMotoko(files: MotokoProgramFiles, context: MotokoBuildContext): Promise<MotokoBuild> {
  const program = planProgram(files, context.siblings)
  const key = cacheKey(program)
  const cached = context.cache && findCachedBuild(context.cache, key)
  if (cached) return {...toBuild(files, cached), isCached: true}
  const output = await context.compiler.run({kind: 'compile', program})
  const {wasm, candid} = output
  if (wasm === undefined || candid === undefined) throw failure(files, output)
  const build: CachedBuild = {wasm, candid, stableTypes: output.stableTypes, diagnostics: output.diagnostics}
  if (context.cache) storeCachedBuild(context.cache, key, build)
  return {...toBuild(files, build), isCached: false}
}

/** Type checks only, and gives the Candid interface. Throws CompilationFailed, CompilerCrashed. */
export async function checkMotoko(
  files: MotokoProgramFiles,
  context: Omit<MotokoBuildContext, 'cache'>,
): Promise<{candid: string; warnings: string[]}> {
  const output = await context.compiler.run({kind: 'check', program: planProgram(files, context.siblings)})
  if (output.candid === undefined) throw failure(files, output)
  return {candid: output.candid, warnings: renderAll(files, output.diagnostics)}
}

function planProgram(files: MotokoProgramFiles, siblings: ReadonlyMap<string, Sibling>): MotokoProgram {
  const imported = files.graph.canisters.flatMap((name) => {
    const sibling = siblings.get(name)
    return sibling ? [{name, ...sibling}] : []
  })
  return {
    main: files.main,
    files: files.graph.files,
    packages: files.packages,
    bundled: files.bundled,
    flags: files.options.flags,
    collector: files.options.collector,
    publicMetadata: [...new Set([...PUBLIC_METADATA, ...files.options.publicMetadata])],
    aliases: new Map(imported.map(({name, id}) => [name, id])),
    interfaces: new Map([...imported.map(({id, candid}) => [id, candid] as const), ...findInterfacesById(files, siblings)]),
  }
}

/** Interfaces for `ic:ID`: the management canister and canisters of the project. */
function findInterfacesById(files: MotokoProgramFiles, siblings: ReadonlyMap<string, Sibling>): (readonly [string, string])[] {
  const known = new Map([...siblings.values()].map(({id, candid}) => [id, candid]))
  known.set('aaaaa-aa', MANAGEMENT_DID)
  return files.graph.ids.flatMap((id) => (known.has(id) ? [[id, known.get(id)!] as const] : []))
}

/** Everything the module depends on, the compiler and the bundled packages by their versions. */
function cacheKey(program: MotokoProgram): string {
  const {main, bundled, flags, collector, publicMetadata} = program
  const sorted = (map: ReadonlyMap<string, string>): unknown => [...map].sort(([a], [b]) => (a < b ? -1 : 1))
  const parts = [
    [CACHE_FORMAT, compilerVersion(), main, flags, collector, publicMetadata],
    bundled.map((name) => [name, BUNDLED_PACKAGES.get(name)]),
    [program.files, program.packages, program.aliases, program.interfaces].map(sorted),
  ]
  return toHex(sha256(encodeUtf8(JSON.stringify(parts)))).slice(0, 32)
}

let version: string | undefined

/** Version of the npm package that the compiler comes in. */
export function compilerVersion(): string {
  version ??= (JSON.parse(readFileSync(createRequire(import.meta.url).resolve('motoko/package.json'), 'utf8')) as {version: string}).version
  return version
}

function toBuild(files: MotokoProgramFiles, build: CachedBuild): Omit<MotokoBuild, 'isCached'> {
  const {wasm, candid, stableTypes} = build
  return {
    artifact: {wasm, candid, ...(stableTypes === undefined ? {} : {stableTypes})},
    warnings: renderAll(files, build.diagnostics),
  }
}

function failure(files: MotokoProgramFiles, {diagnostics}: CompileOutput): CompilationFailed {
  const errors = diagnostics.filter(({severity}) => severity === 1)
  return new CompilationFailed(files.canister, renderAll(files, errors.length > 0 ? errors : diagnostics).join('\n'))
}

/** What the user can act on: errors anywhere, warnings in the project's own files. */
function renderAll(files: MotokoProgramFiles, diagnostics: readonly CompilerDiagnostic[]): string[] {
  const foreign = [...files.packages.values()].map((folder) => `${folder}/`)
  return diagnostics
    .filter(({severity, source}) => severity === 1 || !foreign.some((folder) => source.startsWith(folder)))
    .map((found) => {
      const text = files.graph.files.get(found.source)
      return renderDiagnostic(toDiagnostic(found, text), text)
    })
}

function toDiagnostic({source, range, severity, code, category, message}: CompilerDiagnostic, text: string | undefined): Diagnostic {
  const lines = text?.split('\n') ?? []
  const toPosition = ({line, character}: {line: number; character: number}): TextPosition => ({
    line: line + 1,
    column: charactersIn(lines[line] ?? '', character) + 1,
  })
  return {
    severity: severity === 1 ? 'error' : severity === 2 ? 'warning' : 'info',
    file: source,
    range: {start: toPosition(range.start), end: toPosition(range.end)},
    code,
    category,
    message,
  }
}

/** How many characters the first `bytes` bytes of a line are. */
function charactersIn(line: string, bytes: number): number {
  const encoded = encodeUtf8(line)
  return bytes >= encoded.length
    ? line.length + Math.max(0, bytes - encoded.length)
    : new TextDecoder().decode(encoded.subarray(0, bytes)).length
}
