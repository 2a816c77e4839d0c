/** Canisters of type `azle` (or `typescript`): the project's azle, esbuild and TypeScript; icicle puts the pieces together. */

import {existsSync, readFileSync} from 'node:fs'
import {join, relative} from 'node:path'
import {encodeUtf8, toHex} from '../../base/bytes.js'
import {sha256} from '../../base/sha256.js'
import type {TypeScriptCanister} from '../../project/project.js'
import type {Artifact, Diagnostic} from '../artifact.js'
import {findCachedBuild, storeCachedBuild} from '../build-cache.js'
import {renderDiagnostic} from '../diagnostics.js'
import {BuildOutputMissing, CompilationFailed, MainFileMissing, ModeUnsupported} from '../errors.js'
import {findAzle, loadEsbuild} from './azle-package.js'
import {type Bundle, bundleCanister} from './bundle.js'
import {fillTemplate} from './fill-template.js'
import {CanisterCodeFailed, type LearntCanister, learnCanister, mapStack} from './run-template.js'
import {checkTypes} from './type-check.js'

export interface BuildPlace {
  readonly root: string
  readonly env: Readonly<Record<string, string>>
  readonly signal: AbortSignal | undefined
}

export interface TypeScriptBuild {
  readonly artifact: Artifact
  readonly warnings: readonly string[]
  readonly isCached: boolean
}

/** Variables of azle's own that are passed on when they are set. */
const AZLE_VARIABLES = ['AZLE_LOG_ACTIONS', 'AZLE_RECORD_ACTIONS', 'AZLE_RECORD_BENCHMARKS']

/** A module has 3 MB. */
const CACHED_MODULES = 10

/** Changes when the way modules are put together does. */
const FORMAT = 'azle 1'

/** Throws MainFileMissing, PackageMissing, CompilationFailed, TemplateUnknown. */
export async function buildTypeScript(canister: TypeScriptCanister, {root, env, signal}: BuildPlace): Promise<TypeScriptBuild> {
  const {name, main} = canister
  if (canister.isExperimental)
    throw new ModeUnsupported(`Canister '${name}' asks for azle's experimental mode; only the stable mode is built here.`, {
      hints: ['Remove "experimental" from "custom" of the canister in dfx.json.'],
    })
  if (!existsSync(main)) throw new MainFileMissing(name, relative(root, main))
  const azle = findAzle(name, main)
  const cacheFolder = join(root, '.dfx', '.cache', 'typescript', name)
  const cache = {folder: join(cacheFolder, 'modules'), maxEntries: CACHED_MODULES}
  const [types, result] = await Promise.all([
    checkTypes({root, main, cacheFolder, signal}),
    bundleCanister({root, main, esbuild: loadEsbuild(name, azle)}),
  ])
  signal?.throwIfAborted()
  // A syntax error is told by both; esbuild's finding is the one without consequences.
  if (result.kind === 'failed') throw failed(name, result.diagnostics, root)
  const errors = (types ?? []).filter(({severity}) => severity === 'error')
  if (errors.length > 0) throw failed(name, errors, root)
  const warnings = [
    ...result.warnings.map((warning) => render(warning, root)),
    ...(types ? [] : [`Canister '${name}' was not type-checked: the project has no package 'typescript'.`]),
  ]
  const variables = {...readVariables(canister, env), AZLE_VERSION: azle.version}
  const template = new Uint8Array(readFileSync(azle.template))
  const key = cacheKey([
    FORMAT,
    String(canister.shrink ?? true),
    toHex(sha256(template)),
    JSON.stringify(variables),
    result.bundle.javaScript,
  ])
  const cached = findCachedBuild(cache, key)
  if (cached) return {artifact: withCandid(canister, cached), warnings, isCached: true}
  const artifact = assemble(canister, template, result.bundle, variables)
  storeCachedBuild(cache, key, {...artifact, stableTypes: undefined, diagnostics: []})
  return {artifact: withCandid(canister, artifact), warnings, isCached: false}
}

const cacheKey = (parts: readonly string[]): string => toHex(sha256(encodeUtf8(parts.map((part) => `${part.length}:${part}`).join(''))))

interface FilledModule {
  readonly wasm: Uint8Array
  readonly candid: string
}

function assemble(
  {name, shrink}: TypeScriptCanister,
  template: Uint8Array,
  {javaScript, sourceMap}: Bundle,
  env: Readonly<Record<string, string>>,
): FilledModule {
  const {candid, methodMeta} = learn(name, fillTemplate(template, {javaScript, env, methods: undefined}), sourceMap)
  return {wasm: fillTemplate(template, {javaScript, env, methods: methodMeta, keepsNames: shrink === false}), candid}
}

function learn(name: string, wasm: Uint8Array, sourceMap: string): LearntCanister {
  const printed: string[] = []
  try {
    return learnCanister(wasm, (line) => void printed.push(line))
  } catch (error) {
    if (!(error instanceof CanisterCodeFailed)) throw error
    throw new CompilationFailed(name, [...printed, mapStack(error.message, sourceMap).trimEnd()].join('\n'))
  }
}

/** `candid_gen: custom` has an interface of the user's own; what the class says is not used. */
function withCandid({name, candid}: TypeScriptCanister, built: FilledModule): Artifact {
  if (candid === undefined) return {wasm: built.wasm, candid: built.candid}
  if (!existsSync(candid)) throw new BuildOutputMissing(name, 'candid', candid)
  return {wasm: built.wasm, candid: readFileSync(candid, 'utf8')}
}

function readVariables(canister: TypeScriptCanister, env: Readonly<Record<string, string>>): Record<string, string> {
  const all: Readonly<Record<string, string | undefined>> = {...process.env, ...env}
  const names = [...canister.env, ...AZLE_VARIABLES]
  return Object.fromEntries(names.flatMap((name) => (all[name] === undefined ? [] : [[name, all[name]]])))
}

const failed = (name: string, diagnostics: readonly Diagnostic[], root: string): CompilationFailed =>
  new CompilationFailed(name, diagnostics.map((diagnostic) => render(diagnostic, root)).join('\n'))

function render(diagnostic: Diagnostic, root: string): string {
  const file = join(root, diagnostic.file)
  return renderDiagnostic(diagnostic, existsSync(file) ? readFileSync(file, 'utf8') : undefined)
}
