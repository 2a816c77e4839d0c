/** The thread of the Motoko compiler: it works for seconds without a pause, so it must not share the program's thread. */

import {createRequire} from 'node:module'
import {parentPort} from 'node:worker_threads'
import {invariant} from '../../base/invariant.js'
import {bundledFolder, readBundledPackage} from './bundled-packages.js'
import type {CompileOutput, CompileReply, CompileRequest, CompilerDiagnostic, CompileTask, MotokoProgram} from './compile-request.js'

/** What is used of the compiler in JavaScript; it throws arrays for errors of its own. */
interface Moc {
  saveFile(path: string, text: string): void
  removeFile(path: string): void
  addPackage(name: string, folder: string): void
  clearPackage(): void
  setCandidPath(folder: string): void
  setActorAliases(aliases: readonly (readonly [string, string])[]): void
  setPublicMetadata(names: readonly string[]): void
  setExtraFlags(flags: readonly string[]): void
  gcFlags(name: string): void
  candid(main: string): {diagnostics: CompilerDiagnostic[]; code: string | null}
  compileWasm(mode: 'ic', main: string): {diagnostics: CompilerDiagnostic[]; code: CompiledCode | null}
  stableCompatible(before: string, after: string): {diagnostics: CompilerDiagnostic[]}
}

interface CompiledCode {
  readonly wasm: Uint8Array
  readonly candid: string
  readonly stable: string | null
}

/** A compiler with what it has been told: its switches cannot be taken back, so other switches need another one. */
interface LoadedCompiler {
  readonly moc: Moc
  readonly switches: string
  readonly bundled: Set<string>
  files: ReadonlyMap<string, string>
}

const COMPILER_MODULE = 'motoko/versions/latest/moc.min.js'
const INTERFACE_FOLDER = '/interfaces'
const require_ = createRequire(import.meta.url)

let compiler: LoadedCompiler = loadCompiler([], [])

function loadCompiler(flags: readonly string[], collector: readonly string[]): LoadedCompiler {
  delete require_.cache[require_.resolve(COMPILER_MODULE)]
  const {Motoko: moc} = require_(COMPILER_MODULE) as {Motoko: Moc}
  // Plain `actor`, as all programs before 2026 are written, keeps its meaning.
  moc.setExtraFlags(['--legacy-actors', ...flags])
  for (const name of collector) moc.gcFlags(name)
  return {moc, switches: JSON.stringify([flags, collector]), bundled: new Set(), files: new Map()}
}

function runTask(task: CompileTask): CompileOutput {
  if (task.kind === 'compare') return compareSignatures(task.before, task.after)
  const {program} = task
  if (compiler.switches !== JSON.stringify([program.flags, program.collector])) compiler = loadCompiler(program.flags, program.collector)
  prepare(compiler, program)
  if (task.kind === 'check') {
    const {diagnostics, code} = compiler.moc.candid(program.main)
    return {diagnostics, ...(code === null ? {} : {candid: code})}
  }
  const {diagnostics, code} = compiler.moc.compileWasm('ic', program.main)
  if (code === null) return {diagnostics}
  return {diagnostics, wasm: code.wasm, candid: code.candid, ...(code.stable === null ? {} : {stableTypes: code.stable})}
}

/** Makes the compiler's file system and settings those of the program, whatever it compiled before. */
function prepare(loaded: LoadedCompiler, program: MotokoProgram): void {
  const {moc} = loaded
  for (const path of loaded.files.keys()) if (!program.files.has(path)) moc.removeFile(path)
  for (const [path, text] of program.files) moc.saveFile(path, text)
  loaded.files = program.files
  for (const name of program.bundled) if (!loaded.bundled.has(name)) saveBundledPackage(loaded, name)
  moc.clearPackage()
  for (const [name, folder] of program.packages) moc.addPackage(name, folder)
  for (const [id, text] of program.interfaces) moc.saveFile(`${INTERFACE_FOLDER}/${id}.did`, text)
  moc.setCandidPath(INTERFACE_FOLDER)
  moc.setActorAliases([...program.aliases])
  moc.setPublicMetadata(program.publicMetadata)
}

function saveBundledPackage(loaded: LoadedCompiler, name: string): void {
  for (const [path, text] of readBundledPackage(name)) loaded.moc.saveFile(`${bundledFolder(name)}/${path}`, text)
  loaded.bundled.add(name)
}

function compareSignatures(before: string, after: string): CompileOutput {
  compiler.moc.saveFile('/before.most', before)
  compiler.moc.saveFile('/after.most', after)
  return {diagnostics: compiler.moc.stableCompatible('/before.most', '/after.most').diagnostics}
}

/** The compiler throws OCaml exceptions, `[tag, [, , name], text…]`; the texts say what happened. */
function describeFailure(error: unknown): string {
  if (error instanceof Error) return error.message
  if (!Array.isArray(error)) return String(error)
  const texts = (error as unknown[]).flatMap((part) => (Array.isArray(part) ? part : [part])).filter((part) => isText(part))
  return texts.map(String).join(': ').split('\n')[0] ?? 'unknown reason'
}

/** OCaml strings are objects with a `c`. */
function isText(part: unknown): boolean {
  return typeof part === 'string' || (typeof part === 'object' && part !== null && 'c' in part)
}

const port = parentPort
invariant(port, 'the compiler runs in a thread')
port.on('message', ({id, task}: CompileRequest) => {
  try {
    const reply: CompileReply = {id, output: runTask(task)}
    port.postMessage(reply)
  } catch (error) {
    compiler = loadCompiler([], [])
    const reply: CompileReply = {id, failure: describeFailure(error)}
    port.postMessage(reply)
  }
})
