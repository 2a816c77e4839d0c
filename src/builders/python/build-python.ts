/** Canisters of type `python`: icicle's own CPython, filled with the user's modules. Needs nothing but Node. */

import {existsSync, readFileSync} from 'node:fs'
import {join, relative} from 'node:path'
import {gunzipSync} from 'node:zlib'
import {encodeUtf8, toHex} from '../../base/bytes.js'
import {sha256} from '../../base/sha256.js'
import {packageRoot} from '../../io/program.js'
import type {PythonCanister} from '../../project/project.js'
import type {Artifact} from '../artifact.js'
import {findCachedBuild, storeCachedBuild} from '../build-cache.js'
import type {CommandPlace} from '../custom.js'
import {CompilationFailed, MainFileMissing} from '../errors.js'
import {makePythonCanister} from './make-canister.js'
import {readPackages} from './packages.js'
import {readPythonSources} from './read-sources.js'
import {type BootedRuntime, bootRuntime, PythonCodeFailed} from './run-runtime.js'

export interface PythonBuild {
  readonly artifact: Artifact
  readonly warnings: readonly string[]
  readonly isCached: boolean
}

/** A module has 12 MB. */
const CACHED_MODULES = 4

/** Changes when the way modules are put together does. */
const FORMAT = 'python 1'

/** Throws MainFileMissing, CompilationFailed, and the errors of `readPackages`. */
export async function buildPython(canister: PythonCanister, place: CommandPlace): Promise<PythonBuild> {
  const {name, main, requirements} = canister
  const {root} = place
  if (!existsSync(main)) throw new MainFileMissing(name, relative(root, main))
  const cacheFolder = join(root, '.dfx', '.cache', 'python', name)
  const packages = requirements === undefined ? {} : await readPackages({canister: name, requirements, cacheFolder}, place)
  const bundle = encodeUtf8(JSON.stringify({...packages, ...readPythonSources(root, main)}))
  const packed = readFileSync(runtimeFile())
  const key = toHex(sha256(encodeUtf8(FORMAT), sha256(packed), bundle))
  const cache = {folder: join(cacheFolder, 'modules'), maxEntries: CACHED_MODULES}
  const cached = findCachedBuild(cache, key)
  if (cached) return {artifact: {wasm: cached.wasm, candid: cached.candid}, warnings: [], isCached: true}
  const runtime = new Uint8Array(gunzipSync(packed))
  const {booted, printed} = boot(name, runtime, bundle)
  const artifact = {wasm: makePythonCanister(runtime, booted.snapshot, booted.shape), candid: booted.shape.candid}
  storeCachedBuild(cache, key, {...artifact, stableTypes: undefined, diagnostics: []})
  return {artifact, warnings: printed, isCached: false}
}

export function runtimeFile(): string {
  return join(packageRoot(), 'templates', 'python-runtime', 'python-3.13.wasm.gz')
}

function boot(
  name: string,
  runtime: Uint8Array,
  bundle: Uint8Array,
): {readonly booted: BootedRuntime; readonly printed: readonly string[]} {
  const printed: string[] = []
  try {
    const module = new WebAssembly.Module(runtime as Uint8Array<ArrayBuffer>)
    return {booted: bootRuntime(module, bundle, (line) => void printed.push(line)), printed}
  } catch (error) {
    if (error instanceof PythonCodeFailed) throw new CompilationFailed(name, [...printed, error.message].join('\n'))
    throw error
  }
}
