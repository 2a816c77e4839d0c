/** Builds one canister of a project, whatever its type. */

import {join} from 'node:path'
import {gzipSync} from 'node:zlib'
import type {NetworkConfig} from '../project/networks.js'
import type {CanisterConfig, Project, TechStack} from '../project/project.js'
import type {Artifact} from './artifact.js'
import {buildAssets} from './assets.js'
import type {WrittenBuild} from './build-outputs.js'
import {splitCandid} from './candid-parts.js'
import {buildCustom, isGzip} from './custom.js'
import {CanisterTypeUnknown} from './errors.js'
import {attachMetadata, planMetadata} from './metadata.js'
import {checkMotoko, compileMotoko, type Sibling} from './motoko/compile-program.js'
import type {MotokoCompiler} from './motoko/compiler.js'
import type {MotokoProgramFiles} from './motoko/program.js'
import {buildPython} from './python/build-python.js'
import {buildRust} from './rust.js'
import {evaluateTechStack} from './tech-stack.js'
import {buildTypeScript} from './typescript/build-typescript.js'

export interface BuildInput {
  readonly project: Project
  readonly network: NetworkConfig
  readonly canister: CanisterConfig
  /** The sources of a Motoko canister. */
  readonly program: MotokoProgramFiles | undefined
  /** Canisters that it may import. */
  readonly siblings: ReadonlyMap<string, Sibling>
  readonly compiler: MotokoCompiler
  /** For build steps. */
  readonly env: Readonly<Record<string, string>>
  readonly signal: AbortSignal | undefined
}

export interface BuiltCanister extends WrittenBuild {
  /** Lines to show, warnings of compilers among them. */
  readonly warnings: readonly string[]
  readonly isCached: boolean
}

/** Undefined for a canister that others build (`pull`). Throws the errors of its builder. */
export async function buildCanister(input: BuildInput): Promise<BuiltCanister | undefined> {
  if (input.canister.type === 'pull') return undefined
  const {artifact, warnings, isCached} = await runBuilder(input)
  const {canister, project, env, signal} = input
  const candid = artifact.candid === undefined ? undefined : splitCandid(artifact.candid)
  const techStack: TechStack | undefined =
    canister.techStack && (await evaluateTechStack(canister.techStack, {root: project.root, env, signal}))
  const sections = planMetadata({canister, network: input.network.name, candid, techStack})
  const isPacked = isGzip(artifact.wasm)
  // A module that comes compressed stays byte for byte what its maker published.
  const module = isPacked ? artifact.wasm : attachMetadata(artifact.wasm, sections)
  const isGzipped = isPacked || canister.gzip
  return {
    module: isGzipped && !isPacked ? new Uint8Array(gzipSync(module, {level: 9})) : module,
    isGzipped,
    candid,
    stableTypes: artifact.stableTypes,
    warnings: [...warnings, ...planWarnings(canister, isPacked && sections.length > 0)],
    isCached,
  }
}

/** Type checks a Motoko canister; other types have nothing to check. Gives its interface. */
export async function checkCanister(
  input: BuildInput,
): Promise<{readonly candid: string; readonly warnings: readonly string[]} | undefined> {
  const {program, compiler, siblings} = input
  return program && checkMotoko(program, {compiler, siblings})
}

interface BuilderResult {
  readonly artifact: Artifact
  readonly warnings: readonly string[]
  readonly isCached: boolean
}

async function runBuilder(input: BuildInput): Promise<BuilderResult> {
  const {canister, project, env, signal} = input
  const place = {root: project.root, env, signal}
  const plain = (artifact: Artifact): BuilderResult => ({artifact, warnings: [], isCached: false})
  if (input.program) {
    const cache = {folder: join(project.root, '.dfx', '.cache', 'motoko')}
    return compileMotoko(input.program, {compiler: input.compiler, cache, siblings: input.siblings})
  }
  switch (canister.type) {
    case 'custom':
      return plain(await buildCustom(canister, place))
    case 'rust':
      return buildRust(canister, place)
    case 'typescript':
      return buildTypeScript(canister, place)
    case 'python':
      return buildPython(canister, place)
    case 'assets':
      return plain(await buildAssets(canister, place))
    case 'extension':
      throw new CanisterTypeUnknown(canister.name, canister.typeName)
    default:
      throw new CanisterTypeUnknown(canister.name, canister.type)
  }
}

function planWarnings(canister: CanisterConfig, hasUnattached: boolean): string[] {
  return [
    ...(canister.optimize === undefined ? [] : [`Canister '${canister.name}' asks for "optimize"; its module is used as it was built.`]),
    ...(hasUnattached ? [`The module of canister '${canister.name}' is compressed: its metadata cannot be attached.`] : []),
  ]
}
